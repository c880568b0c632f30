import type { Part } from "../part.ts";
import { createCallsPart } from "./calls.ts";
import { listsPart } from "./lists.ts";

/** Every part, in the order of the report. */
export const PARTS: readonly Part[] = [
  createCallsPart("get_contact"),
  createCallsPart("read_operation"),
  listsPart,
];
