import { stem } from "./stem.ts";

/**
 * Words of everyday speech beside the word of the catalogue that they mean. Each line reads: the
 * catalogue's word, then what people say instead; several words are one expression. Applied to
 * requests and to the words of operations alike, so that both sides speak of the same thing.
 */
const SAME: readonly string[] = [
  // people
  "contact: lead, leads, person, people, persons, customer, client, prospect, buyer, patient, guest, subscriber, someone, somebody, everyone, everybody, folks, guy, crm record, contact record, shopper, attendee, purchaser, folk, gentleman, lady",
  "user: staff, employee, teammate, colleague, coworker, co-worker, team member, team members, staff members, new hire, hire, hires, worker, workers, staff member, team, sales rep, rep, users, salesperson, salespeople, salesman, sales person, sales people, personnel, crew, workmate",
  "b2b: b2b",
  "follower: watcher, watchers, watch, watching, keep an eye on, keep tabs on, in the loop, follow, following, followed, follows",
  "followup: follow up, follow-up, follow-ups, follow ups, following up, followed up",
  "csv: spreadsheet, spreadsheets, excel, excel file, excel sheet, xls",
  "note: memo, memos, remark, remarks",
  "business: firm, organisation, organization",
  "company: agency, agencies",
  "affiliate: referral partner, referrer, ambassador",
  // accounts
  "subaccount: our business, our own business, our company, sub-account, sub account, sub accounts, sub-accounts, client account, client accounts, customer account, client's account, location account, subaccounts, location, locations",
  // sales
  "opportunity: deal, deals, opp, opps, sales opportunity, opportunities",
  "pipeline: pipelines, sales board, funnel stages",
  "stage: stages",
  "lose: fell through, fall through, falls through, went cold, said no, lost",
  // calendar
  "appointment: appt, appts, meeting, meetings, booking, bookings, demo, demos, consultation, reservation, visit, session with",
  "slot: anything open, anything free, anything available, any room, have room, opening, openings, free time, free times, availability slot, availabilities, free slot, free slots, open slot, open slots, available time, available times, open time, open times, open spot, open spots, fit in, squeeze in, slots, spot",
  "noshow: no-show, no show, noshow, did not show, didn't show, no-shows, no shows, didn't turn up, did not turn up, didn't come, did not come, never came",
  "timeoff: time off, day off, days off, out of office, vacation, holiday, holidays, unavailable",
  "workinghour: working hours, office hours, opening hours, business hours, work hours, hours, shift, shifts",
  "reschedule: push back, postpone, move to another day, move to another time, rebook",
  "roundrobin: round robin",
  // messages
  "sms: text message, text messages, text, texts, texting, texted, mms",
  "email: e-mail, e-mails, mail, mails, emails, emailed, mailed",
  "conversation: thread, threads, chat, chats, inbox, dm, dms, convo, convos",
  "transcript: transcription, transcriptions",
  "record: recording, recordings, recorded",
  "dnd: do not disturb, do-not-disturb, do not contact, don't contact, do not call",
  "unsubscribe: opt out, opted out, opt-out, unsubscribed, opts out, mailing list",
  "snippet: canned reply, canned replies, canned response, canned responses, saved reply, saved replies, quick reply, quick replies",
  // automation
  "workflow: automation, automations, automated flow, automated flows, flow, flows, zap",
  "drip: drip campaign, drip campaigns, nurture campaign, sequence, sequences, nurture, drip sequence",
  "submission: response, responses, entries, answers, submissions, filled out, filled in, fill out, submitted, sign-ups, sign-up, signups, sign ups, opt-ins, optins",
  "survey: questionnaire, quiz, quizzes, poll",
  // email marketing
  "emailcampaign: email blast, email blasts, newsletter, newsletters, mass email, mass emails, email campaign, email campaigns, mailing, mailings, bulk email, bulk emails, broadcast, email broadcast, e-mail blast, mail campaign, mass mailing",
  "emailtemplate: email template, email templates, mail template, mail templates, email design, email designs, newsletter template, newsletter templates, newsletter design, newsletter layout, newsletter layouts, mail layout, email layout, mail design, mail designs",
  "statistic: stats, statistics, performance, perform, performed, performing, analytics, metrics, results, doing, insights, numbers on, report, reports, reporting",
  // money
  "invoice: bill, bills, billed, billing, invoices, invoicing",
  "estimate: quote, quotes, quotation, quotations, price offer, price offers, estimates",
  "recurring invoice: recurring invoice, recurring invoices, recurring bill, recurring bills, repeating bill, repeating invoice, monthly invoice, monthly invoices, monthly bill, invoice schedule, invoice schedules, monthly billing, monthly invoicing, recurring billing, repeating bills, repeating invoices, retainer, retainer billing",
  "text2pay: text2pay, text to pay, text-to-pay, pay link, payment link, pay by text, link to pay, payment request",
  "coupon: discount code, discount codes, promo code, promo codes, voucher, vouchers, promo, promotion code, coupon code, coupon codes, promotional code",
  "unpaid: not paid, hasn't paid, haven't paid, has not paid, have not paid, didn't pay, outstanding, owes us, owe us, overdue invoice, past due",
  "transaction: payments, transactions, revenue, earnings, income, money in, sales figures, takings, earn, earned, turnover",
  "order: purchase, purchases, purchased, orders",
  "fulfil: fulfill, fulfilled, fulfilment, fulfillment, ship the order, shipped, shipment, shipments",
  "subscription: subscribed to, subscribes to, membership plan, recurring payment, recurring payments, recurring plan, subscriptions",
  "latefee: late fee, late fees, late charge, late charges, late payment fee, penalty",
  "autopay: off the card, off their card, off her card, off his card, auto pay, auto-pay, auto payment, automatic payment, autopayment, charge the card automatically, charge automatically, auto charge",
  "gateway: payment gateway, payment provider, payment processor, payment providers, payment gateways",
  "wallet: wallet balance, credit balance",
  "rebill: mark up, markups, margin, margins, pass on to clients, rebilling, rebilled, resell, reselling, markup, mark-up",
  // shop
  "product: item, items, merchandise, goods, products, article for sale",
  "collection: product category, product categories, shop category, product group, product groups, collections",
  "inventory: stock, stock level, stock levels, in stock, restock, stocked",
  "store: shop, webshop, online store, online shop, storefront",
  "shipping: delivery, postage, shipment cost",
  "carrier: ups, fedex, dhl, usps, courier, couriers, delivery company, shipping company, shipping companies",
  "shippingzone: shipping zone, shipping zones, delivery area, delivery areas, delivery zone, shipping region, shipping area",
  "shippingrate: shipping rate, shipping rates, shipping fee, shipping fees, shipping cost, shipping costs, delivery fee, delivery fees, delivery cost, postage price, postage prices, shipping price, shipping prices",
  "review: rating, ratings, reviews",
  // settings
  "customfield: custom field, custom fields, extra field, extra fields, contact field, lead field, custom property",
  "customvalue: custom value, custom values, merge value, merge values, merge field value, account variable, account variables, merge tag, merge tags, placeholder, placeholders",
  "customobject: custom object, custom objects, custom data type, custom record type, object type",
  "tag: label, labels, tagged, tags, tagging",
  "task: to-do, to-dos, to do list, todo, todos, to-do list, to do, follow-up task, follow up task, reminder to, remind, chore, chores, task list",
  "recurring task: recurring task, recurring tasks, repeat task, repeating task, repeating tasks, repeating to-do, weekly to-do, repeating todo, weekly task, weekly repeating to-do",
  "phonenumber: phone numbers, phone number to buy, business number, business numbers, phone line, phone lines, local number, local numbers, toll-free number, toll free number, lines, number with area code, area code, phone number",
  "permission: permissions, access rights, rights, privilege, privileges, allowed to, allowed to do",
  "timezone: time zone, time zones, timezones",
  "snapshot: blueprint, blueprints, account blueprint, account blueprints, account template, account templates",
  "menulink: custom menu link, custom menu links, menu link, menu links, sidebar link, sidebar links, custom menu, custom menus, menu item, menu items, sidebar menu, left menu, left sidebar",
  "saas: saas mode, software as a service, white label reselling",
  // marketing
  "funnel: sales funnel, sales funnels, website, websites, site, sites",
  "page: landing page, landing pages, web page, web pages, funnel page, funnel pages, webpage",
  "redirect: redirects, forward a link, 301, forwarding, url forward",
  "blogpost: blog post, blog posts, blog article, blog articles, article, articles",
  "blog: blogs, blog site, blog sites, blogging",
  "triggerlink: trigger link, trigger links, trackable link, trackable links, tracking link, tracking links, tracked link, tracked links, click tracking link",
  "socialpost: social post, social posts, social media post, social media posts, facebook post, instagram post, linkedin post, tiktok post, social content, status update, tweet",
  "socialaccount: social account, social accounts, social profile, social profiles, social media account, social media accounts, social channel, social channels, social media profile",
  "social: social media, socials, social network, social networks, social planner",
  "evergreenqueue: evergreen queue, category queue, category queues, post queue, post queues, social queue, content queue, queue, queues, evergreen",
  "comment: comments, commenting, commented",
  "brandboard: brand board, brand boards, brand kit, brand kits, style guide, style guides, brand colours, brand colors, brand colour, brand color, branding, brand identity, brand guidelines, brand guide",
  "brandvoice: brand voice, brand voices, tone of voice, tones of voice, writing style, writing styles, tone",
  "colour: color, colors, colours",
  "facebook: fb, meta",
  "google ads: adwords, google ad, google advertising",
  "linkedin: linked in",
  "googlebusiness: google my business, google business profile, google business, gmb, google listing",
  "facebook ads: facebook ad, meta ads, meta ad, facebook advertising, instagram ad, instagram ads",
  "linkedin ads: linkedin ad, linkedin advertising",
  "ad: ads, advert, adverts, advertisement, advertising, advertisements",
  "facebook adset: facebook ad set, facebook ad sets, meta ad set, meta ad sets",
  "facebook adaccount: facebook ad account, facebook ad accounts, facebook ads account, facebook ads accounts, meta ad account, meta ad accounts",
  "google adaccount: google ad account, google ad accounts, google ads account, google ads accounts, adwords account, adwords accounts",
  "linkedin adaccount: linkedin ad account, linkedin ad accounts, linkedin ads account, linkedin ads accounts",
  "facebook campaign: facebook ad campaign, facebook ad campaigns, facebook ads campaign, meta ad campaign, meta ads campaign, facebook campaigns, meta campaign, meta campaigns",
  "google campaign: google ad campaign, google ads campaign, google ads campaigns, adwords campaign, google search campaign",
  "linkedin campaign: linkedin ad campaign, linkedin ads campaign",
  "phone: cell, mobile, telephone, cell number, mobile number, cell phone, cellphone, telephone number",
  "status: delivery status, state",
  "information: info, everything we hold on, everything we have on, everything we know about, everything about, all we know about, all we have on",
  "adset: ad set, ad sets, adsets",
  "adgroup: ad group, ad groups",
  "adaccount: ad account, ad accounts, ads account, ads accounts, advertising account, advertising accounts",
  "leadform: lead form, lead forms, instant form, instant forms, lead gen form, lead gen forms, lead ad form, lead ad forms",
  "audience: audiences, retargeting audience, custom audience, custom audiences, retargeting list, retargeting, remarketing audience, lookalike, lookalikes",
  "segment: remarketing list, remarketing lists, customer match list, customer match lists, customer match",
  "keyword: keywords, search term, search terms",
  "pixel: pixels, tracking pixel",
  "duplicate: clone, cloned, copy of, copy a, copy an, copy the, copy my, replicate",
  // ai
  "chatbot: chat bot, chat bots, text bot, text bots, conversation bot, conversation bots, conversation ai, ai chat assistant, ai chat assistants, ai chat bot, bot, bots, conversation agent, chat assistant, conversation ai agent, messaging bot, ai bot, ai bots, ai chatbot, ai chatbots, chatbots",
  "voiceagent: voice agent, voice agents, voice ai, voice ai agent, phone bot, phone bots, ai receptionist, ai receptionists, voice assistant, voice assistants, voice bot, voice bots, phone assistant, ai phone agent, phone agent, ai caller, receptionist bot",
  "studioagent: agent studio agent, studio agent, ai agent, ai agents, custom ai agent, custom ai agents, custom agent, custom agents, studio agents, agent studio",
  "knowledgebase: knowledge base, knowledge bases, bot knowledge, knowledgebase, kb, bot's knowledge",
  "faq: faqs, question and answer, questions and answers, q&a, q and a, frequently asked question, frequently asked questions",
  "crawl: crawler, scan, scrape, scan our site",
  "chatwidget: chat widget, chat widgets, web chat, web chats, webchat, chat bubble, chat bubbles, live chat widget, website chat, website chats, live chat, chat popup, live chats",
  "prompt: instructions, script",
  // files and documents
  "file: picture, pictures, image, images, photo, photos, video, videos, pdf, pdfs, files, media file, media files",
  "media: media library, media storage, media libraries",
  "folder: folders, directory",
  "document: contract, contracts, agreement, agreements, proposal, proposals, documents, nda, ndas, waiver, waivers, paperwork, esign, e-sign",
  "sign: signature, signatures, signed, signing",
  "unsign: unsigned, not signed, waiting for a signature",
  "course: courses, online training, online course, membership course",
  // doing
  "recurring: repeat, repeats, repeating, repeated, every week, every month, each month, each week, every monday, weekly, monthly, quarterly, each quarter, regularly",
  "message: write back, text back, message back, get back to",
  "bulk: in one go, in one sweep, hundreds of, dozens of, loads of, all at once, en masse, in bulk, several, multiple, mass, batch, a bunch of, lots of, at once, all of these, all these, many, together",
  "count: how many, number of",
  "@date: today, tonight, tomorrow, yesterday, monday, tuesday, wednesday, thursday, friday, saturday, sunday, january, february, march, april, june, july, august, september, october, november, december, mondays, tuesdays, wednesdays, thursdays, fridays, this morning, this afternoon, this evening, this week, last week, next week, this month, last month, next month, this year, last year, this quarter, last quarter, this weekend, weekend, noon, midday, morning, afternoon, evening, fortnight, the other day, so far, these days, month, week, year, day",
  "unread: as read, as unread",
  "every: all, each, everything",
  "pause: suspend, suspended, freeze, frozen, put on hold, hold, lock, halt, stop running",
  "resume: unpause, restart, reactivate, unfreeze, start again, switch on again, turn back on",
  "publish: launch, go live, goes live, put live, take live, going live, set live, push live, make live, live, release",
  "disconnect: unlink, detach, unhook, unplug, disconnected",
  "connect: link up, hook up, integrate, integration, connected, connection",
  "stop: end, cease, quit",
  "cancel: call off, called off, cancelled, canceled, cancellation",
  "install: installed, installation, installations, installs",
  "uninstall: uninstalled",
  "buy: purchase a phone number, order a phone number, bought",
  "upload: uploaded, uploading, uploads",
  "attach: attachment, attachments, attached",
  "own: owns, owned",
  "authorise: authorise, authorize, oauth",
  "login: log in, log on, sign in, logged in, log-in, sign-in",
  "schedule: planned, lined up, line up",
  "enquiry: inquiry",
  "inbound: incoming, came in, coming in, comes in",
  "outbound: outgoing, went out, going out",
  "token: access token, api token, access tokens",
];

/**
 * Words that hint at another without meaning the same: the second counts for half. Applied to requests
 * alone.
 */
const NEAR: Readonly<Record<string, readonly string[]>> = {
  pet: ["customobject", "record"],
  car: ["customobject", "record"],
  vehicle: ["customobject", "record"],
  model: ["template"],
  pattern: ["template"],
  layout: ["template"],
  payment: ["transaction"],
  parcel: ["fulfil", "order"],
  session: ["appointment"],
  scribble: ["note"],
  belong: ["relation", "associate"],
  squeeze: ["slot"],
  afford: ["wallet", "fund"],
  money: ["transaction", "pay"],
  cash: ["pay", "transaction"],
  overdue: ["unpaid"],
  percent: ["coupon"],
  diary: ["appointment", "calendar"],
  enquiry: ["contact", "opportunity"],
  visitor: ["contact"],
  caller: ["contact"],
  employer: ["business"],
  manager: ["user"],
  boss: ["user"],
  assistant: ["user"],
  messenger: ["message"],
  telegram: ["message"],
  branch: ["location"],
  pay: ["transaction", "unpaid"],
  sale: ["opportunity", "transaction"],
  reply: ["answer", "respond"],
  answer: ["reply", "respond"],
  respond: ["reply", "answer"],
  write: ["note", "create"],
  call: ["phone", "record"],
  voicemail: ["record"],
  phone: ["call", "phonenumber"],
  schedule: ["appointment", "calendar"],
  calendar: ["appointment"],
  free: ["slot"],
  availability: ["slot", "workinghour"],
  available: ["slot"],
  busy: ["appointment"],
  agenda: ["appointment", "calendar"],
  assign: ["owner", "reassign"],
  reassign: ["assign"],
  enroll: ["add"],
  enrol: ["enroll"],
  book: ["appointment"],
  logo: ["brandboard"],
  font: ["brandboard"],
  post: ["socialpost"],
  socialpost: ["post"],
  instagram: ["socialpost"],
  tiktok: ["socialpost"],
  whatsapp: ["sms", "message"],
  sms: ["message"],
  message: ["sms", "conversation"],
  voice: ["voiceagent"],
  receptionist: ["voiceagent"],
  train: ["crawl", "knowledgebase"],
  teach: ["train", "knowledgebase"],
  password: ["user"],
  role: ["user"],
  admin: ["user", "role"],
  access: ["permission", "user"],
  owner: ["assign"],
  buy: ["order"],
  sell: ["product"],
  cost: ["price", "shippingrate"],
  price: ["cost"],
  ship: ["shipping", "fulfil"],
  track: ["fulfil", "triggerlink"],
  spend: ["statistic"],
  budget: ["campaign"],
  plan: ["subscription"],
  credit: ["wallet"],
  balance: ["wallet"],
  fund: ["wallet"],
  membership: ["subscription", "course"],
  refund: ["transaction"],
  discount: ["coupon"],
  code: ["coupon"],
  promotion: ["coupon"],
  reminder: ["task", "notification"],
  unread: ["conversation"],
  missed: ["call"],
  goal: ["conversion"],
  site: ["funnel"],
  url: ["link", "redirect"],
  link: ["triggerlink", "url"],
  logs: ["call"],
  history: ["list"],
};

interface Expression {
  readonly words: readonly string[];
  readonly meant: readonly string[];
}

const EXPRESSIONS: readonly Expression[] = SAME.flatMap((line) => {
  const [word = "", expressions = ""] = line.split(": ");
  const meant = word.split(" ").map(stem);
  return expressions.split(", ").map((expression) => ({ words: expression.split(" "), meant }));
});

/** Expressions by their first word, the longest first. */
const BY_FIRST_WORD: ReadonlyMap<string, readonly Expression[]> = Map.groupBy(
  EXPRESSIONS.toSorted((left, right) => right.words.length - left.words.length),
  ({ words: [first = ""] }) => first,
);

/** The everyday expression at this place: the stems that it means and how many words it takes. */
export const findExpression = (
  words: readonly string[],
  at: number,
): { readonly meant: readonly string[]; readonly length: number } | undefined => {
  const found = BY_FIRST_WORD.get(words[at] ?? "")?.find((expression) =>
    expression.words.every((part, offset) => words[at + offset] === part),
  );
  if (found !== undefined) return { meant: found.meant, length: found.words.length };
  const meant = meantByPlural(words[at] ?? "");
  return meant && { meant, length: 1 };
};

// "customers", where only "customer" is written down
const meantByPlural = (word: string): readonly string[] | undefined => {
  if (word.length < 5 || !word.endsWith("s")) return undefined;
  const one = word.slice(0, -1);
  return BY_FIRST_WORD.get(one)?.find(({ words }) => words.length === 1)?.meant;
};

/** The everyday words, by their stems, with the stems that they mean. */
export const EVERYDAY_STEMS: ReadonlyMap<string, readonly string[]> = new Map(
  EXPRESSIONS.flatMap(({ words: [word = "", ...more], meant }) =>
    more.length === 0 ? [[stem(word), meant] as const] : [],
  ),
);

/** Whether a word with hyphens is an everyday expression as it stands: "to-do". */
export const isExpression = (word: string): boolean => BY_FIRST_WORD.has(word);

/** The stem of what is done to many records in one call. */
export const BULK = stem("bulk");

/** The stem of people. */
export const PERSON = stem("contact");

/**
 * The stem of every day, week and month; for building the index.
 *
 * @internal
 */
export const DATE = stem("@date");

const HINTS: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(NEAR).map(([word, hints]) => [stem(word), hints.map(stem)]),
);

/** The stems that a stem hints at. */
export const hintsOf = (stemmed: string): readonly string[] => HINTS.get(stemmed) ?? [];
