import type { PlainTable } from "../measure/print-table.ts";
import type { World } from "./world.ts";

/** How much is measured. */
export interface Size {
  /** How often each server is started whose calls are measured. */
  readonly starts: number;
  /** Of each start. */
  readonly rounds: number;
  /** Calls of each server before it is measured. */
  readonly warmUp: number;
  readonly calls: number;
  /** At how many connections calls are measured; what is not about their number, at the first. */
  readonly connections: readonly [number, ...number[]];
  readonly lists: number;
  /** Of each action whose hold-up is measured, after its first time in a process. */
  readonly repeats: number;
  readonly memoryCalls: number;
  readonly sseClients: number;
  readonly refreshes: number;
  readonly signIns: number;
  /** How many connections to GoHighLevel the vaults hold. */
  readonly vaults: readonly number[];
  readonly coldStarts: number;
}

/** One part of the benchmark. */
export interface Part {
  /** How it is named on the command line. */
  readonly name: string;
  readonly about: string;
  run(world: World, size: Size, options: PartOptions): Promise<readonly PlainTable[]>;
}

/** What a part may be asked besides. */
export interface PartOptions {
  /** A folder for CPU profiles of the server. */
  readonly profileFolder?: string;
}
