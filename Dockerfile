# One image for every service, worker and the migration; the command says which.
FROM python:3.13-slim-trixie AS built
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/vipu
COPY requirements.lock ./
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --require-hashes --requirement requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY services services
COPY migrations migrations
COPY openapi openapi
COPY web/dist web/dist
# The code is imported from here, so that `migrations/` and `openapi/` lie beside it as in the checkout.
RUN echo /opt/vipu > "$(/opt/venv/bin/python -c 'import site; print(site.getsitepackages()[0])')/vipu.pth" \
 && printf '#!/opt/venv/bin/python\nimport sys\n\nfrom services.cli import main\n\nif __name__ == "__main__":\n    sys.exit(main())\n' > /opt/venv/bin/vipu \
 && chmod 0755 /opt/venv/bin/vipu \
 && /opt/venv/bin/python -m compileall -q services migrations \
 && /opt/venv/bin/python -m services.registry.search.making /opt/vipu/dictionaries

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin vipu
COPY --from=built /opt/venv /opt/venv
COPY --from=built /opt/vipu /opt/vipu
# A new volume takes over this folder's owner.
RUN install --directory --mode=0700 --owner=10001 --group=10001 /var/lib/vipu/survey-keys
ENV VIPU_DICTIONARY_FOLDER=/opt/vipu/dictionaries
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /opt/vipu
USER 10001:10001
EXPOSE 8000
# A service that serves answers here; `docker-compose.yml` has another check for workers, and none for the migration.
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["vipu"]
CMD ["--help"]
