# One image for every process of the program: the command decides which one it is. The first stage compiles with all
# development packages; the final one holds compiled code and production packages only. Settings and secrets come from
# the environment; the image contains neither.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY nest-cli.json tsconfig.json tsconfig.build.json ./
COPY migrations ./migrations
COPY src ./src
COPY tools ./tools
RUN npx nest build && rm dist/tsconfig.build.tsbuildinfo

FROM node:24-slim
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts && npm cache clean --force
COPY --from=build /app/dist ./dist
# Objects of media storage, when a directory is chosen: mount a volume here that all processes share.
RUN mkdir -p /data/media && chown node:node /data/media
USER node
# A container is reachable only through its published ports, so it listens on all of its own addresses.
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 INTERNAL_HOST=0.0.0.0 MEDIA_STORAGE_DIRECTORY=/data/media
EXPOSE 3000 3001 3002
STOPSIGNAL SIGTERM
# Checks the process only: an unreachable database is no reason to restart it. 3001 is the port of the API process, 3002
# that of a worker.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const at = (port) => fetch(`http://127.0.0.1:${port}/health/live`).then((answer) => { if (!answer.ok) throw answer.status; }); Promise.any([at(3001), at(3002)]).catch(() => process.exit(1))"]
# The exec form: SIGTERM reaches node itself, which then stops in order.
CMD ["node", "--enable-source-maps", "dist/src/main.js"]
