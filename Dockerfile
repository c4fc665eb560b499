# The image of the web, worker, grouper and beat services of docker-compose.yml.
FROM python:3.13-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
# requirements-semantic.txt for a sentence-embedding model: see docs/operating.md.
ARG REQUIREMENTS=requirements.txt
COPY ${REQUIREMENTS} requirements.txt
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    NEWSREADER_DATA_DIR=/var/lib/newsreader \
    STATIC_ROOT=/srv/static
RUN useradd --system --uid 10001 --home-dir /var/lib/newsreader --create-home newsreader
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/newsreader
COPY manage.py ./
COPY newsreader newsreader
COPY articles articles
COPY templates templates
COPY static static
# The key signs nothing here and is not kept.
RUN SECRET_KEY=only-to-collect-static-files python manage.py collectstatic --noinput --verbosity 0
USER newsreader
EXPOSE 8000
CMD ["granian", "newsreader.wsgi:application", "--interface", "wsgi", "--no-ws", \
     "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "4"]
