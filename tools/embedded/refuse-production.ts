/** Made-up servers must never be taken for the real ones, so nothing here starts in production. */
export function refuseProduction(nodeEnv: string, what: string): void {
  if (nodeEnv === 'production') {
    throw new Error(`${what} is not started with NODE_ENV=production: name a real server instead.`);
  }
}
