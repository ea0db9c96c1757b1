# A release after the one under test.
ARG FROM
FROM ${FROM}
ENV MATRIX_COMMIT=the-next-one
