# One image for every process of the program: the command says which one it is. There is no build: the program is
# compiled while it is loaded. Settings come from the environment, secrets too; nothing of either is in the image.
FROM node:20-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:20-slim
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY migrations ./migrations
COPY src ./src
# Objects of media storage, where a directory is chosen: a volume that all processes see belongs here.
RUN mkdir -p /data/media && chown node:node /data/media
USER node
# In a container only the outside can reach other addresses; which ports are published is said there.
ENV NODE_ENV=production HTTP_HOST=0.0.0.0 INTERNAL_HOST=0.0.0.0 MEDIA_STORAGE_DIRECTORY=/data/media
EXPOSE 3000 3001 3002
STOPSIGNAL SIGTERM
# Asks the process alone: a database that is away is no reason to restart it. A worker's port is tried as well.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const at = (port) => fetch(`http://127.0.0.1:${port}/health/live`).then((answer) => { if (!answer.ok) throw answer.status; }); Promise.any([at(3001), at(3002)]).catch(() => process.exit(1))"]
# The exec form: SIGTERM reaches node itself, which then ends in order.
CMD ["node", "-r", "@swc-node/register", "src/main.ts"]
