import type { Part } from "../part.ts";
import { blocksPart } from "./blocks.ts";
import { createCallsPart } from "./calls.ts";
import { coldStartPart } from "./cold-start.ts";
import { listsPart } from "./lists.ts";
import { memoryPart } from "./memory.ts";
import { refreshesPart } from "./refreshes.ts";
import { signInsPart } from "./sign-ins.ts";
import { ssePart } from "./sse.ts";
import { vaultPart } from "./vault.ts";

/** Every part, in the order of the report. */
export const PARTS: readonly Part[] = [
  createCallsPart("get_contact"),
  createCallsPart("read_operation"),
  listsPart,
  blocksPart,
  vaultPart,
  memoryPart,
  ssePart,
  refreshesPart,
  signInsPart,
  coldStartPart,
];
