import { z } from "zod";
import { tryParseJson } from "../core/json.ts";
import { addSeconds } from "../core/clock.ts";
import { type Result, fail, ok } from "../core/result.ts";
import { toCanonicalJson } from "./canonical-json.ts";
import type { GrantContext } from "./context.ts";
import { toQuestion } from "./dialogue.ts";
import type { ToolFailure } from "./failure.ts";
import { toQuestionText } from "./question-text.ts";
import type { ToolOutcome, ToolOutput } from "./tool.ts";

/** How long a preview may be confirmed. */
const TTL_SECONDS = 300;

/** Something that is done only after the person has seen what it will do. */
export interface Proposal {
  readonly tool: string;
  /** Everything that decides what is done: what is confirmed is this and nothing else. */
  readonly subject: unknown;
  /** The code of an earlier preview, where the caller gave one. */
  readonly code: string | undefined;
  /** What will be done, to whom, how many. Reads only. */
  preview(): Promise<Result<ToolOutput, ToolFailure>>;
  act(): Promise<ToolOutcome>;
}

type ConfirmContext = Pick<GrantContext, "clock" | "confirmations" | "dialogue" | "principal">;

/**
 * Acts once the person has agreed. The first call gives a preview: as a question to the person where
 * the client can ask (MCP 2026-07-28, input_required), else as a result with a code to call again with.
 * Both are bound to the grant and to a digest of the subject, end after five minutes, and work once:
 * they are taken out of the store, in one step, before anything is done. A no takes them as well.
 */
export async function afterConfirmation(
  proposal: Proposal,
  context: ConfirmContext,
): Promise<ToolOutcome> {
  const { reply } = context.dialogue;
  const digest = toDigest(proposal, context);
  if (reply !== undefined) {
    const redeemed = await redeemState(reply.state, digest, context);
    if (!redeemed.ok) return redeemed;
    return reply.reply === "accepted" ? proposal.act() : ok(DECLINED);
  }
  if (proposal.code !== undefined) {
    const redeemed = await redeem(proposal.code, digest, context);
    return redeemed.ok ? proposal.act() : redeemed;
  }
  const preview = await proposal.preview();
  if (!preview.ok) return preview;
  const id = await keep(digest, context);
  return context.dialogue.canAsk
    ? ok(toQuestion(toQuestionText(preview.value), seal({ id, digest }, context)))
    : ok({
        status: "needs_confirmation",
        ...preview.value,
        confirm: id,
        note: "nothing was done yet: show this to the person and, if they agree, repeat the call with confirm within 5 minutes",
      });
}

const DECLINED: ToolOutput = {
  status: "declined",
  note: "the person did not agree; nothing was done",
};

function toDigest(
  { tool, subject }: Proposal,
  { confirmations }: Pick<ConfirmContext, "confirmations">,
): string {
  return confirmations.hash(toCanonicalJson({ tool, subject }));
}

/** The key holds the grant: what another grant sends finds nothing, and spends nothing either. */
function toKey(id: string, { confirmations, principal }: ConfirmContext): string {
  return confirmations.hash(`${principal.grantId}|${id}`);
}

async function keep(digest: string, context: ConfirmContext): Promise<string> {
  const { clock, confirmations } = context;
  const id = confirmations.newId();
  const expiresAt = addSeconds(clock.nowSeconds(), TTL_SECONDS);
  await confirmations.put(toKey(id, context), digest, expiresAt);
  return id;
}

/** Takes a confirmation before it is judged: one that does not fit is spent as well. */
async function redeem(
  id: string,
  digest: string,
  context: ConfirmContext,
): Promise<Result<undefined, ToolFailure>> {
  const kept = await context.confirmations.take(toKey(id, context));
  if (kept === undefined) return invalid("unknown");
  return context.confirmations.equal(kept, digest) ? ok(undefined) : invalid("changed");
}

const statePayload = z.strictObject({ id: z.string().max(64), digest: z.string(), ends: z.int() });

/** The state of a question travels through the client: sealed, it says what it said. */
function seal(given: { readonly id: string; readonly digest: string }, context: ConfirmContext) {
  const ends = addSeconds(context.clock.nowSeconds(), TTL_SECONDS);
  const payload = Buffer.from(JSON.stringify({ ...given, ends }), "utf8").toString("base64url");
  return `${payload}.${toMac(payload, context)}`;
}

function toMac(payload: string, { confirmations, principal }: ConfirmContext): string {
  return confirmations.mac(`${principal.grantId}|${payload}`);
}

async function redeemState(
  state: string,
  digest: string,
  context: ConfirmContext,
): Promise<Result<undefined, ToolFailure>> {
  const [payload = "", mac = "", ...rest] = state.split(".");
  if (rest.length > 0 || !context.confirmations.equal(mac, toMac(payload, context))) {
    return invalid("unknown");
  }
  const read = statePayload.safeParse(tryParseJson(Buffer.from(payload, "base64url").toString()));
  if (!read.success || read.data.ends <= context.clock.nowSeconds()) return invalid("unknown");
  return redeem(read.data.id, digest, context);
}

function invalid(reason: "unknown" | "changed"): Result<never, ToolFailure> {
  return fail({ kind: "confirmation_invalid", reason });
}
