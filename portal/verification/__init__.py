"""The wizard in which an organisation says who it is, and the desks of those who check it."""
