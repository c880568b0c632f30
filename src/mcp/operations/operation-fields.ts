import { z } from "zod";

/** The arguments that all tools share which run an operation by its id. */
export const OPERATION_FIELDS = {
  operation: z.string().min(1).max(100),
  parameters: z.record(z.string(), z.unknown()).optional().describe("Path and query"),
  body: z.record(z.string(), z.unknown()).optional(),
} as const;
