"""Places in the waiting queues: their order, and how many are ahead of each."""

from reservations.places.place import LAST, ORDER, Place, ahead_of, behind, place_of

__all__ = ["LAST", "ORDER", "Place", "ahead_of", "behind", "place_of"]
