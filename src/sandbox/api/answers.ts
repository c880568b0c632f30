import { answer, type Outcome, type Refusal, refuse } from "../gate/outcome.ts";
import type { ApiCall } from "../gate/route.ts";

/** A bare success: `succeded` as the dated versions spell it; v3 has both spellings. */
export const succeed = ({ isV3 }: Pick<ApiCall, "isV3">, status = 200): Outcome =>
  answer(status, { succeded: true, ...(isV3 ? { succeeded: true } : {}) });

/** A record that is not there, worded as the gate words it. */
export const notFound = (name: string, id: string | undefined): Refusal =>
  refuse(404, `${name} with id ${id ?? ""} not found`);

/** Runs on the record that a path names below the main one, or refuses with 404. */
export const onRecord = <Item>(
  { name, id }: { readonly name: string; readonly id: string | undefined },
  found: Item | undefined,
  use: (item: Item) => Outcome,
): Outcome => (found === undefined ? notFound(name, id) : use(found));
