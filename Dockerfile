# The server's image: the product and its lock, nothing of the sandbox, no compiler, no keys.
# docker build -t helsekort . ; run with the variables of docs/settings.md. The same image serves, works and migrates.
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/helsekort
COPY requirements.lock .
RUN /opt/helsekort/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r requirements.lock
# The build tools are pinned by the developers' lock and stay in this stage.
COPY requirements-dev.lock .
RUN python -m venv /opt/build && /opt/build/bin/pip install --no-cache-dir --only-binary :all: --require-hashes \
    -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY app app
COPY migrations migrations
COPY fhir_profiles fhir_profiles
RUN /opt/build/bin/python -m hatchling build -t wheel -d /dist \
    && /opt/helsekort/bin/pip install --no-cache-dir --no-deps /dist/*.whl

FROM python:3.13-slim
COPY --from=build /opt/helsekort /opt/helsekort
RUN useradd --system --no-create-home helsekort
USER helsekort
ENV PATH=/opt/helsekort/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8080
ENTRYPOINT ["helsekort"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8080"]
