import { daysBefore, REFERENCE_DATE } from "../../seed/reference-date.ts";
import type { Family, SeedContext } from "../family.ts";
import { contactAt, contactName, seedIdAt, times } from "./seed-people.ts";

const FORMS = ["Contact us", "Request a quote", "Newsletter", "Book a call"];
const SURVEYS = ["How did we do", "New client intake"];
const SUBMISSIONS = 30;

const toNamed = (names: readonly string[]) => () => names.map((name) => ({ name }));

/** Answers to the forms of a path, spread over them and over the location's contacts. */
const toSubmissions =
  (key: "formId" | "surveyId", path: string, count: number) => (context: SeedContext) =>
    times(SUBMISSIONS, (index) => {
      const contact = contactAt(context, index);
      return {
        contactId: contact?.id ?? "",
        name: contactName(contact),
        email: contact?.email ?? "",
        [key]: seedIdAt(context, path, index % count),
        createdAt: daysBefore(REFERENCE_DATE, index * 3 + 1),
        others: { message: `Answer ${index + 1}` },
      };
    });

/** Forms and surveys with what people sent in. The API reads them only. */
export const forms: Family = {
  seeds: {
    "/forms": toNamed(FORMS),
    "/forms/submissions": toSubmissions("formId", "/forms", FORMS.length),
    "/surveys": toNamed(SURVEYS),
    "/surveys/submissions": toSubmissions("surveyId", "/surveys", SURVEYS.length),
    "/campaigns": () => [
      { name: "Welcome series", status: "published" },
      { name: "Win back", status: "draft" },
    ],
  },
};
