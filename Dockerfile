# The portal's one image: web, relay, workers and beat differ only by their command (docker-compose.yml).
FROM python:3.11-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt .
RUN /venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 ENVIRONMENT=production
# The letters of printed labels
RUN apt-get update && apt-get install --yes --no-install-recommends fonts-dejavu-core && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --create-home portal
COPY --from=build /venv /venv
WORKDIR /portal
COPY --chown=portal . .
# Static files carry hashes in their names; collecting them needs no secret and no server.
RUN SECRET_KEY=collect ENCRYPTION_KEYS=collect DATABASE_URL=postgres://none REDIS_URL=redis://none BROKER_URL=amqp://none EMAIL_URL=consolemail:// \
    python manage.py collectstatic --no-input && mkdir -p /portal/var /portal/media && chown portal /portal/var /portal/media
USER portal
EXPOSE 8000
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", \
     "--respawn-failed-workers", "library_portal.wsgi:application"]
