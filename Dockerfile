# One image for every role. Without a command it serves all of them with an embedded database under /var/lib/tocsin;
# `node dist/apps/<role>/src/main.js` serves one role on a Kafka and a PostgreSQL: see docker-compose.yml.
FROM node:20.19-bookworm-slim AS build
WORKDIR /tocsin
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json ./
COPY tools tools
COPY libs libs
COPY apps apps
# The console's documents are typed by it.
COPY docs/schema.graphql docs/schema.graphql
RUN node tools/ready.mjs --installed

FROM node:20.19-bookworm-slim AS packages
WORKDIR /tocsin
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --omit=dev

FROM node:20.19-bookworm-slim
# A container is reached through the ports that are published: inside it, every address is listened on.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/var/lib/tocsin
WORKDIR /tocsin
COPY package.json LICENSE ./
COPY migrations migrations
COPY mappings mappings
COPY rules rules
COPY --from=packages /tocsin/node_modules node_modules
COPY --from=build /tocsin/dist/libs dist/libs
COPY --from=build /tocsin/dist/apps dist/apps
COPY --from=build /tocsin/dist/console dist/console
# The embedded server's links between its libraries, which the user below may not make; then a place for its data.
RUN node -e "import('/tocsin/dist/libs/store/src/embedded-postgres.binaries.js').then((it) => it.postgresBinaries())" \
  && install -d -o node -g node -m 700 /var/lib/tocsin
USER node
VOLUME /var/lib/tocsin
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PORT + '/healthz').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/apps/standalone/src/main.js"]
