# Stylesheet and scripts.
FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY static static
RUN npm run build

# Python packages, each with its hash.
FROM python:3.11-slim-bookworm AS packages
COPY requirements-production.lock .
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements-production.lock

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
# Draws the PDFs: what schoolimprove/documents/pdf.py names. PostgreSQL's client backs up and restores: bookworm's is of
# the version docker-compose.yml runs, which a later one could not restore into.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends \
        libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation fonts-dejavu-core \
        postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 1000 --create-home schoolimprove \
    && install -d -o schoolimprove -g schoolimprove /srv/blobs
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=assets /app/static/build static/build
# The collected files are the image's own; var is for what a running process writes.
RUN DEBUG=0 DEMO=1 python manage.py collectstatic --no-input --verbosity 0 \
    && install -d -o schoolimprove -g schoolimprove var
USER schoolimprove
EXPOSE 8000
CMD ["gunicorn", "--bind", "0.0.0.0:8000"]
