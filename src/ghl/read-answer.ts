import type { HttpResponse } from "../core/http-client.ts";
import { fail, ok, type Result } from "../core/result.ts";
import type { GhlAnswer } from "./call.ts";
import { classifyGhlFailure } from "./classify-failure.ts";
import type { GhlFailure } from "./errors.ts";

/**
 * Reads an answer of any status: parsed JSON, or plain text such as a transcript, for a success; the
 * kind of failure otherwise. A success in another form is `malformed_answer`, never invented data.
 */
export const readAnswer = ({
  status,
  headers,
  body,
}: HttpResponse): Result<GhlAnswer, GhlFailure> => {
  if (status < 200 || status >= 300) return fail(classifyGhlFailure(status, headers, body));
  if (isBlank(body)) return ok({ status, body: undefined });
  const type = headers["content-type"]?.toLowerCase() ?? "";
  if (type.startsWith("text/") && !type.startsWith("text/html")) return ok({ status, body });
  try {
    return ok({ status, body: JSON.parse(body) as unknown });
  } catch (error) {
    if (error instanceof SyntaxError) return fail({ kind: "malformed_answer", status });
    throw error;
  }
};

/** The first letter tells nearly always, without a look at the rest. */
const isBlank = (body: string): boolean => body.charCodeAt(0) !== BRACE && body.trim() === "";

const BRACE = "{".charCodeAt(0);
