import type { HttpResponse } from "../core/http-client.ts";
import { parseJsonText } from "../core/json-steps.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { type Soon, trySoon } from "../core/soon.ts";
import type { GhlAnswer } from "./call.ts";
import { classifyGhlFailure } from "./classify-failure.ts";
import type { GhlFailure } from "./errors.ts";

/**
 * Reads an answer of any status: parsed JSON, or plain text such as a transcript, for a success; the
 * kind of failure otherwise. A success in another form is `malformed_answer`, never invented data. A long
 * answer is parsed in steps, so that it holds up no other call.
 */
export const readAnswer = ({
  status,
  headers,
  body,
}: HttpResponse): Soon<Result<GhlAnswer, GhlFailure>> => {
  if (status < 200 || status >= 300) return fail(classifyGhlFailure(status, headers, body));
  if (body.trim() === "") return ok({ status, body: undefined });
  const type = headers["content-type"]?.toLowerCase() ?? "";
  if (type.startsWith("text/") && !type.startsWith("text/html")) return ok({ status, body });
  return trySoon<unknown, Result<GhlAnswer, GhlFailure>>(
    () => parseJsonText(body),
    (parsed) => ok({ status, body: parsed }),
    (error) => {
      if (error instanceof SyntaxError) return fail({ kind: "malformed_answer", status });
      throw error;
    },
  );
};
