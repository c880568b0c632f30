import { toFieldRules } from "../gate/field-rules.ts";
import { answer, type Outcome } from "../gate/outcome.ts";
import { type ApiCall, createRouteFamily, type Route } from "../gate/route.ts";
import { addFollowers, removeFollowers } from "./contact-followers.ts";
import { changeOpportunity, getOpportunity, opportunityRecord } from "./opportunities.ts";

const { write } = createRouteFamily({
  read: "opportunities.readonly",
  write: "opportunities.write",
});
const shared = {
  location: opportunityRecord,
  body: () => toFieldRules("followers:strings!"),
} as const;

/** The endpoints that add and remove the followers of an opportunity. */
export const opportunityFollowerRoutes: readonly Route[] = [
  write("POST /opportunities/:id/followers", {
    ...shared,
    handle: (call) => {
      const deal = getOpportunity(call);
      const { followers, changed } = addFollowers(deal.followers, call);
      changeOpportunity(call, deal, { followers });
      return answer(201, { followers, followersAdded: changed });
    },
  }),
  write("DELETE /opportunities/:id/followers", {
    ...shared,
    query: () => toFieldRules("isRemoveAllFollowers:boolean"),
    handle: (call) => remove(call),
  }),
];

const remove = (call: ApiCall): Outcome => {
  const deal = getOpportunity(call);
  const all = { body: { followers: deal.followers ?? [] } };
  const isAll = call.query["isRemoveAllFollowers"] === true;
  const { followers, changed } = removeFollowers(deal.followers, isAll ? all : call);
  changeOpportunity(call, deal, { followers });
  return answer(200, { followers, followersRemoved: changed });
};
