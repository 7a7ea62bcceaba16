"""What is kept of people for a time, and the forgetting of it when the time is over."""
