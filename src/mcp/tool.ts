import type { z } from "zod";
import type { AccessLevel, AreaId } from "../core/access.ts";
import type { Clock } from "../core/clock.ts";
import type { LocationId } from "../core/ids.ts";
import type { Principal } from "../core/principal.ts";
import { type Result, fail, ok } from "../core/result.ts";
import type { GhlFailure } from "../ghl/errors.ts";
import { toArgumentProblems } from "./argument-problems.ts";
import type { ErrorTextOptions } from "./errors.ts";
import type { ArgumentProblem, ToolFailure } from "./failure.ts";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import { LOCATION_ARGUMENT, LOCATION_FIELD } from "./pin-location.ts";
import type { ConnectionDirectory } from "./ports.ts";

/** The four hints that every tool states (MCP 2026-07-28, ToolAnnotations). */
export interface ToolHints {
  readonly readOnlyHint: boolean;
  readonly destructiveHint: boolean;
  readonly idempotentHint: boolean;
  readonly openWorldHint: boolean;
}

/** What a call of GoHighLevel needs besides the principal, which is bound already. */
export interface ContextCall {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
}

/** What a tool of the whole grant works with. */
export interface GrantContext {
  readonly principal: Principal;
  readonly connections: ConnectionDirectory;
  readonly clock: Clock;
  readonly server: { readonly version: string; readonly mode: "sandbox" | "live" };
  readonly errorText: ErrorTextOptions;
  /** Aborts when the client cancels or leaves. */
  readonly signal: AbortSignal;
}

/** What a tool that works in one location works with. */
export interface LocationContext extends GrantContext {
  /** The location that was settled for this call; it lies within the grant. */
  readonly location: LocationId;
  /** Calls an operation of the catalogue in that location; gives the parsed body. */
  call(operation: string, call?: ContextCall): Promise<Result<unknown, GhlFailure>>;
}

/** A successful result: a JSON object. */
export type ToolOutput = Readonly<Record<string, unknown>>;

interface Definition<Input extends z.ZodRawShape> {
  /** verb_noun, snake_case. */
  readonly name: string;
  readonly title: string;
  /** A few words, written for a model. */
  readonly description: string;
  readonly access: AccessLevel;
  /** The area that a grant must cover; undefined: part of every grant. */
  readonly area: AreaId | undefined;
  readonly annotations: ToolHints;
  /** Arguments; unknown ones are refused. */
  readonly input: z.ZodObject<Input, z.core.$strict>;
  /** The top level of the result, where it is worth its tokens. */
  readonly output?: z.ZodObject;
}

/** A tool as its author writes it. Tools of a location never name it: see pin-location.ts. */
export type ToolDefinition<Input extends z.ZodRawShape> =
  | (Definition<Input> & {
      readonly target: "grant";
      run(
        args: z.output<z.ZodObject<Input, z.core.$strict>>,
        context: GrantContext,
      ): Promise<Result<ToolOutput, ToolFailure>>;
    })
  | (Definition<Input> & {
      readonly target: "location";
      run(
        args: z.output<z.ZodObject<Input, z.core.$strict>>,
        context: LocationContext,
      ): Promise<Result<ToolOutput, ToolFailure>>;
    });

/** Arguments that passed, ready to run. `location` is what the caller named, if it could. */
export interface PreparedCall {
  readonly location: string | undefined;
  run(context: LocationContext): Promise<Result<ToolOutput, ToolFailure>>;
}

/** One face of a tool: with the `location` argument, or without. */
export interface ToolVariant {
  readonly inputSchema: JsonSchema;
  /** Checks the arguments; unknown ones are refused. */
  prepare(rawArguments: unknown): Result<PreparedCall, readonly ArgumentProblem[]>;
}

/** A tool as a value: everything about it, computed once when the module loads. */
export interface Tool {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly access: AccessLevel;
  readonly area: AreaId | undefined;
  readonly target: "grant" | "location";
  readonly annotations: ToolHints;
  readonly outputSchema?: JsonSchema;
  /** For a grant with one location: there is nothing to name. */
  readonly pinned: ToolVariant;
  /** For a grant with several locations. The same as `pinned` for a tool of the whole grant. */
  readonly choosing: ToolVariant;
}

/** Declares a tool. Throws at load time when its schema would need `$ref` or a union at the root. */
export function defineTool<Input extends z.ZodRawShape>(definition: ToolDefinition<Input>): Tool {
  const { name, title, description, access, area, target, annotations, input, output } = definition;
  const pinned = toVariant(definition, input);
  return Object.freeze({
    name,
    title,
    description,
    access,
    area,
    target,
    annotations: Object.freeze({ ...annotations }),
    ...(output === undefined ? {} : { outputSchema: toJsonSchema(output) }),
    pinned,
    choosing:
      target === "grant"
        ? pinned
        : toVariant(definition, input.extend({ [LOCATION_ARGUMENT]: LOCATION_FIELD })),
  });
}

function toVariant<Input extends z.ZodRawShape>(
  definition: ToolDefinition<Input>,
  accepted: z.ZodObject,
): ToolVariant {
  const choosing = LOCATION_ARGUMENT in accepted.shape;
  return Object.freeze({
    inputSchema: toJsonSchema(accepted),
    prepare: (rawArguments: unknown) => {
      const whole = accepted.safeParse(rawArguments ?? {});
      if (!whole.success) return fail(toArgumentProblems(whole.error, rawArguments, accepted));
      const { [LOCATION_ARGUMENT]: location, ...own } = whole.data;
      const args = definition.input.parse(choosing ? own : whole.data);
      return ok({
        location: typeof location === "string" ? location : undefined,
        run: (context: LocationContext) => definition.run(args, context),
      });
    },
  });
}
