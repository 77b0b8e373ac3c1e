# Debian, not Alpine: the native modules (lmdb, bcrypt) come with binaries for glibc.
FROM node:22.22.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-audit --no-fund
COPY tsconfig.json ./
COPY src src
COPY projections projections
COPY migrations migrations
COPY test test
COPY bench bench
COPY docs docs
RUN npm run build && npm prune --omit=dev

FROM node:22.22.2-bookworm-slim
# In production the master key must be given; docker-compose.yml shows how to try the product without one.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATA_DIR=/var/lib/keyforge
# Nothing in a container looks for a newer npm.
ENV NPM_CONFIG_UPDATE_NOTIFIER=false
WORKDIR /app
# A volume that is mounted there for the first time takes over the owner and the mode.
RUN mkdir -m 0700 /var/lib/keyforge /var/lib/keyforge/uploads /backups && chown -R node:node /var/lib/keyforge /backups
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node itself is process 1, so that it gets the signal to stop.
CMD ["node", "--max-semi-space-size=64", "--no-allocation-site-pretenuring", "--heap-growing-percent=100", "--v8-pool-size=1", "dist/src/main.js"]
