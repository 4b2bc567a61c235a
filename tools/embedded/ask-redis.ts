import { connect } from 'node:net';

const ANSWER_WITHIN_MS = 2_000;

/** Sends one command to a Redis on this machine and gives the beginning of what it answers. */
export function askRedis(port: number, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: ANSWER_WITHIN_MS });
    socket.once('connect', () => socket.write(encode(words)));
    socket.once('data', (answer) => {
      resolve(answer.toString('utf8'));
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('Redis did not answer in time.')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('Redis closed the connection without an answer.')));
  });
}

function encode(words: string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}
