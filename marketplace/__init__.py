"""Algorithms for sale: listings, deals, licences, delivery, demand."""
