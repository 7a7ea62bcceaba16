# syntax=docker/dockerfile:1
# The image of web, worker, beat and the migration job. Any Debian image with Python 3.11 or
# newer will do as base: docker build --build-arg BASE_IMAGE=registry.example/python:3.12-slim .
ARG BASE_IMAGE=python:3.12-slim-bookworm

FROM ${BASE_IMAGE} AS build
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements/base.txt requirements/base.txt
RUN python3 -m venv /opt/suanji \
    && /opt/suanji/bin/pip install --require-hashes --only-binary :all: -r requirements/base.txt

FROM ${BASE_IMAGE}
ENV PATH=/opt/suanji/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SUANJI_ENVIRONMENT=production \
    STATIC_ROOT=/srv/suanji/static \
    MEDIA_ROOT=/srv/suanji/media
RUN groupadd --system --gid 10001 suanji \
    && useradd --system --uid 10001 --gid suanji --home-dir /srv/suanji --shell /usr/sbin/nologin suanji \
    && install -d -o suanji -g suanji /srv/suanji /srv/suanji/media /srv/suanji/static
COPY --from=build /opt/suanji /opt/suanji
WORKDIR /srv/suanji/app
COPY manage.py ./
COPY kernel kernel
COPY accounts accounts
COPY compute_billing compute_billing
COPY marketplace marketplace
COPY portal portal
COPY config config
RUN pybabel --quiet compile --directory portal/locale --domain django
USER suanji
# Collecting static files reads the settings but opens no connection; these values stay in
# this one command and are in no layer's environment.
RUN SECRET_KEY=only-for-collectstatic-only-for-collectstatic-only-for-it \
    ALLOWED_HOSTS=build DATABASE_URL=postgres://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 \
    EMAIL_URL=console: \
    python manage.py collectstatic --noinput
EXPOSE 8000
# Each granian worker writes its metrics to a file of its own; /metrics adds them up.
CMD ["sh", "-c", "export PROMETHEUS_MULTIPROC_DIR=$(mktemp -d) && exec granian --interface wsgi --host 0.0.0.0 --port 8000 --workers ${WEB_WORKERS:-2} --blocking-threads 1 --no-ws config.wsgi:application"]
