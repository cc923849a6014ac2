import { createServer, connect, type Server, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** One who is connected, and what they are connected to. */
interface Pair {
  readonly near: Socket;
  readonly far: Socket;
}

/** The network between a browser and a server, which may break, and may carry nothing though it is whole. */
export class BreakableLine {
  private readonly pairs = new Set<Pair>();
  private isBroken = false;
  private isSilent = false;

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async to(port: number): Promise<BreakableLine> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    const line = new BreakableLine(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('connection', (near) => line.connected(near, port));
    return line;
  }

  /** Who is connected is cut off, and nobody comes through until it is mended. */
  break(): void {
    this.isBroken = true;
    this.cut();
  }

  mend(): void {
    this.isBroken = false;
  }

  /** Nothing that the server says arrives, and no connection ends. */
  silence(): void {
    this.isSilent = true;
    for (const { near, far } of this.pairs) far.unpipe(near);
  }

  /** What was held back arrives. */
  speak(): void {
    if (!this.isSilent) return;
    this.isSilent = false;
    for (const { near, far } of this.pairs) far.pipe(near);
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }

  private cut(): void {
    for (const { near, far } of this.pairs) for (const socket of [near, far]) socket.destroy();
  }

  private connected(near: Socket, port: number): void {
    if (this.isBroken) {
      near.destroy();
      return;
    }
    const far = connect(port, '127.0.0.1');
    const pair = { near, far };
    this.pairs.add(pair);
    const end = (): void => {
      this.pairs.delete(pair);
      near.destroy();
      far.destroy();
    };
    for (const socket of [near, far]) socket.on('error', end).on('close', end);
    near.pipe(far);
    if (!this.isSilent) far.pipe(near);
  }
}
