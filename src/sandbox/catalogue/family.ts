import type { JsonObject } from "../gate/fields.ts";
import type { Outcome } from "../gate/outcome.ts";
import type { World } from "../world/world.ts";
import type { OperationCall, SentFile } from "./call.ts";
import type { FillContext } from "./fill-shape.ts";
import type { OperationRole } from "./find-role.ts";
import type { OperationFacts } from "./read-catalogue.ts";
import type { Collection } from "./record-store.ts";
import type { AnswerFacts, Shape } from "./shape.ts";

/** A judged call with everything that answering it takes. */
export interface FamilyCall {
  readonly facts: OperationFacts;
  readonly call: OperationCall;
  readonly isV3: boolean;
  /** The query, read as the types of the operation's parameters. */
  readonly query: JsonObject;
  /** The location that the call is about; absent where it is about the company. */
  readonly locationId?: string;
  readonly role: OperationRole;
  /** The text of the last placeholder of the path, unless that is the location. */
  readonly recordId?: string;
  readonly answer: AnswerFacts;
  /** Plain values of path and query, for the places of an answer that have their names. */
  readonly echo: JsonObject;
  readonly fill: FillContext;
  readonly fillAny: (shape: Shape) => unknown;
  /** The collection of the call, or the one at a path; its records belong to the caller. */
  readonly collection: (path?: string) => Collection;
  /** Whether some operation lists or creates the records of this collection. */
  readonly isKept: boolean;
  /** Whether an id is that of a record of another location. */
  readonly isForeign: (id: string) => boolean;
  /** Keeps a file, and gives the address that it has from now on. */
  readonly shelve: (file: SentFile) => string;
  readonly world: World;
  /** ISO 8601. */
  readonly now: string;
  readonly newId: () => string;
  readonly traceId: () => string;
}

/** What an operation does beyond keeping records. */
export type Behaviour = (call: FamilyCall) => Outcome;

/** What the sandbox knows about related operations that their specs do not say. */
export interface Family {
  /** By operation id. */
  readonly behaviours?: Readonly<Record<string, Behaviour>>;
  /** The records that a collection starts with, by its path with blank placeholders. */
  readonly seeds?: Readonly<Record<string, (context: SeedContext) => readonly JsonObject[]>>;
}

/** Where seeds are laid. */
export interface SeedContext extends FillContext {
  /** The path of the collection, filled in. */
  readonly path: string;
}
