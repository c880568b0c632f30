import type { World } from "./world.ts";

/** How much is measured. */
export interface Size {
  readonly rounds: number;
  /** Calls of each server before it is measured. */
  readonly warmUp: number;
  readonly calls: number;
  readonly lists: number;
  readonly memoryCalls: number;
  readonly sseClients: number;
  readonly refreshes: number;
  readonly signIns: number;
  readonly vaults: readonly number[];
  readonly coldStarts: number;
}

/** A table of figures. Cells are plain: numbers keep their unit in the column's name. */
export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** One part of the benchmark. */
export interface Part {
  /** How it is named on the command line. */
  readonly name: string;
  readonly about: string;
  run(world: World, size: Size, options: PartOptions): Promise<readonly Table[]>;
}

/** What a part may be asked besides. */
export interface PartOptions {
  /** A folder for CPU profiles of the server. */
  readonly profileFolder?: string;
}
