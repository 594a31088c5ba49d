# The suite in a container: docker build -t conformance . && docker run --rm conformance
# An image of a server and this one together: docs/examples/compose.
FROM python:3.13.7-slim-bookworm@sha256:adafcc17694d715c905b4c7bebd96907a1fd5cf183395f0ebc4d3428bd22d92d AS build
ARG PREFIX=/opt/conformance
ARG EXTRAS=""
WORKDIR /src
COPY . .
# The versions that the suite is tested with, for the build of the wheel too.
RUN python -m venv "$PREFIX" \
 && PIP_BUILD_CONSTRAINT=constraints-ci.txt "$PREFIX/bin/python" -m pip install --no-cache-dir \
    --disable-pip-version-check --constraint constraints-ci.txt ".${EXTRAS:+[$EXTRAS]}"

FROM python:3.13.7-slim-bookworm@sha256:adafcc17694d715c905b4c7bebd96907a1fd5cf183395f0ebc4d3428bd22d92d
ARG PREFIX=/opt/conformance
ARG WORK=/work
COPY --from=build $PREFIX $PREFIX
ENV PATH=$PREFIX/bin:$PATH PYTHONDONTWRITEBYTECODE=1
# Whoever runs it writes its reports here, whatever --user is.
RUN mkdir -p "$WORK" && chmod 1777 "$WORK"
WORKDIR $WORK
USER 10001:10001
ENTRYPOINT ["conformance"]
CMD ["run"]
