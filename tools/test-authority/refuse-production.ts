/** Whoever can sign as anybody must not exist where signatures count. */
export function refuseProduction(nodeEnv: string): void {
  if (nodeEnv === 'production') {
    throw new Error('The test authority signs for made-up people and is not there with NODE_ENV=production.');
  }
}
