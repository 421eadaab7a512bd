"""The one MongoDB client, where `MONGO_URL` names a server."""

from functools import cache

from django.conf import settings
from pymongo import MongoClient
from pymongo.database import Database


@cache
def database() -> Database:
    """The portal's database. Connects lazily; operations raise `pymongo.errors.PyMongoError` when it is away."""
    client: MongoClient = MongoClient(
        settings.MONGO_URL,
        serverSelectionTimeoutMS=settings.MONGO_TIMEOUT_MS,
        connectTimeoutMS=settings.MONGO_TIMEOUT_MS,
        socketTimeoutMS=settings.MONGO_SOCKET_TIMEOUT_MS,
        tz_aware=True,
    )
    return client.get_default_database("library")
