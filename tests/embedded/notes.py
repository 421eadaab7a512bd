"""A line left in both servers, to be found again."""

import psycopg
import redis


def leave_note(environment: dict[str, str], text: str) -> None:
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])
    with redis.Redis.from_url(environment["REDIS_URL"]) as client:
        client.rpush("note", text)


def notes(environment: dict[str, str]) -> tuple[list[str], list[str]]:
    """Those in PostgreSQL, those in Valkey."""
    with psycopg.connect(environment["DATABASE_URL"]) as connection:
        exists = connection.execute("SELECT to_regclass('note') IS NOT NULL").fetchone()[0]
        rows = connection.execute("SELECT text FROM note").fetchall() if exists else []
    with redis.Redis.from_url(environment["REDIS_URL"], decode_responses=True) as client:
        return [text for (text,) in rows], client.lrange("note", 0, -1)
