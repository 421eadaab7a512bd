"""Cover pictures that the portal keeps itself: taken in, stored, fetched from elsewhere, served."""
