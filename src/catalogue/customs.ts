/**
 * The catalogue of customs: words by which columns and event types of any business can be told, beside the exact names in
 * sources.ts. `gesture init` proposes settings by them; nothing else reads them, so a wrong guess is one line to correct.
 */
import type { EventColumn, EventType, EXCLUSION_COLUMNS } from '../model.js';
import { bareName } from '../text/names.js';

/** Columns of ours that a log may have under a customary name; the likeliest first, compared as `bareName` does. */
export const customaryOptional = {
  event_id: ['eventid', 'messageid', 'insertid', 'uuid', 'eventuuid', 'id', 'hitid', 'rowid'],
  session_id: ['sessionid', 'session', 'usersession', 'visitid', 'visit', 'sessionkey', 'gasessionid', 'sessid'],
  username: ['username', 'fullname', 'customername', 'displayname', 'contactname', 'studentname', 'membername'],
  device: ['device', 'devicetype', 'devicecategory', 'devicefamily', 'platform', 'plattform'],
  location_city: ['city', 'usercity', 'geocity', 'locationcity', 'town', 'ort', 'stadt', 'ville', 'ciudad'],
  email: [
    'email',
    'useremail',
    'emailaddress',
    'mail',
    'contactemail',
    'customeremail',
    'clientemail',
    'mailaddress',
  ].concat([
    'emailadresse',
    'mailadresse',
    'kundenemail',
    'courriel',
    'adresseemail',
    'adressemail',
    'adressecourriel',
    'correo',
    'correoelectronico',
    'indirizzoemail',
    'emailadres',
    'mailadres',
    'epost',
    'epostadress',
    'epostadresse',
  ]),
  user_agent: ['useragent', 'agent', 'browseruseragent', 'contextuseragent', 'httpuseragent', 'clientrequestuseragent'],
} as const satisfies Partial<Record<EventColumn | (typeof EXCLUSION_COLUMNS)[number], readonly string[]>>;

/** Columns of anonymous ids. */
export const anonymousColumns: readonly string[] = [
  'anonymousid',
  'anonid',
  'visitorid',
  'visitor',
  'visitoruuid',
  'cookieid',
  'cookie',
  'deviceid',
  'clientid',
  'userpseudoid',
  'distinctid',
  'guestid',
];

/** Columns that are worth showing beside a name in a list of people to call, by their names in lower case. */
export const contactColumns: readonly string[] = ['email', 'company', 'company_name', 'organization', 'phone'];

/** Words for nobody, where a person should stand, beside the null words of sources.ts. */
export const nobodyWords: ReadonlySet<string> = new Set([
  '-',
  '--',
  'unknown',
  'anonymous',
  'n/a',
  'none',
  '#N/A',
  'Unknown',
  'Anonymous',
  'nil',
  '(none)',
  'not set',
  'guest',
  'Guest',
  '?',
]);

/** Words for a person, in names of columns; the likeliest first. */
export const personWords: readonly string[] = [
  'user',
  'customer',
  'client',
  'member',
  'subscriber',
  'player',
  'gamer',
  'student',
  'learner',
  'visitor',
  'person',
  'people',
  'contact',
  'lead',
  'account',
  'buyer',
  'shopper',
  'guest',
  'donor',
  'patient',
  'employee',
  'applicant',
  'candidate',
  'participant',
  'passenger',
  'driver',
  'rider',
  'reader',
  'viewer',
  'listener',
  'actor',
  'author',
  'cust',
  'usr',
  'uid',
  'msno',
  'email',
  'username',
  'login',
  'kunde',
  'kunden',
  'nutzer',
  'benutzer',
  'kundennummer',
  'cliente',
  'usuario',
  'utilisateur',
  'utente',
  'visiteur',
  'klant',
  'gebruiker',
  'anonymous',
  'device',
  'cookie',
  'household',
  'browser',
  'ip',
];

/** Words that make a column with a word for a person something about that person, such as `user_agent`. */
export const aboutPersonWords: ReadonlySet<string> = new Set(
  (
    'agent type name city country state region zip age gender sex status segment tier plan group role level language locale ' +
    'balance count total num number_of rating score score_avg time date timestamp at created updated registered since ' +
    'lifetime value ' +
    'session device os version properties traits first last new returning is has source medium campaign referrer service support ' +
    'email_opt phone address birth lat lon latitude longitude price amount page pages screen comment text follow followers'
  ).split(' '),
);

/** Words for a time, in names of columns, each with how well it says when an event happened. */
export const timeWords: Readonly<Record<string, number>> = {
  timestamp: 6,
  time: 5,
  datetime: 6,
  ts: 5,
  occurred: 5,
  happened: 5,
  date: 4,
  when: 4,
  day: 2,
  at: 3,
  created: 3,
  logged: 3,
  tstamp: 5,
  zeit: 5,
  zeitpunkt: 6,
  zeitstempel: 6,
  datum: 4,
  fecha: 4,
  hora: 3,
  heure: 3,
  jour: 2,
  data: 2,
  tijd: 4,
  tijdstip: 5,
};

/** Time zones by the abbreviations that names of columns have; those that mean several zones are left out. */
export const zoneAbbreviations: Readonly<Record<string, string>> = {
  ET: 'America/New_York',
  EST: 'America/New_York',
  EDT: 'America/New_York',
  CT: 'America/Chicago',
  CDT: 'America/Chicago',
  MT: 'America/Denver',
  MDT: 'America/Denver',
  PT: 'America/Los_Angeles',
  PST: 'America/Los_Angeles',
  PDT: 'America/Los_Angeles',
  CET: 'Europe/Berlin',
  CEST: 'Europe/Berlin',
  MEZ: 'Europe/Berlin',
  MESZ: 'Europe/Berlin',
  WET: 'Europe/Lisbon',
  EET: 'Europe/Athens',
  MSK: 'Europe/Moscow',
  JST: 'Asia/Tokyo',
  KST: 'Asia/Seoul',
  SGT: 'Asia/Singapore',
  AEST: 'Australia/Sydney',
  AEDT: 'Australia/Sydney',
};

/** Words of the times at which something came in that may have happened long before. */
export const receiptWords: ReadonlySet<string> = new Set(
  'received inserted ingested loaded uploaded processed imported etl'.split(' '),
);

/** Words of times that are not when an event happened: of a person, of a row in a database, of the end of something. */
export const otherTimeWords: ReadonlySet<string> = new Set(
  (
    'birth dob birthday updated modified deleted expires expiry expiration expected due end ended until valid received ' +
    'inserted ingested loaded uploaded processed sent registration registered joined since first last previous next duration ' +
    'spent elapsed remaining ship shipped delivery delivered estimated approved renewal'
  ).split(' '),
);

/** Words for what happened, in names of columns, without accents; the likeliest first. From `kind` on they can be about anything. */
export const typeWords: readonly string[] = [
  'event',
  'action',
  'activity',
  'behavior',
  'behaviour',
  'verb',
  'interaction',
  'operation',
  'ereignis',
  'aktion',
  'evento',
  'accion',
  'evenement',
  'vorgang',
  'aktivitat',
  'azione',
  'attivita',
  'actividad',
  'activite',
  'acte',
  'actie',
  'gebeurtenis',
  'handelse',
  'handling',
  'occurrence',
  'what',
  'kind',
  'type',
  'step',
  'stage',
  'status',
  'name',
  'label',
  'topic',
  'subject',
];

/** Words that make a column with a word for what happened something else, such as `event_id`. */
export const aboutTypeWords: ReadonlySet<string> = new Set(
  (
    'id ids uuid time timestamp date at ts tstamp datetime value values params properties property payload data day ' +
    'month hour count ' +
    'version source price code url page path user users customer product item device platform os browser file session ' +
    'country city state region zip company campaign agent network connection payment card currency server bundle category'
  ).split(' '),
);

/** Words of columns with a few repeated words that are not what somebody did, in several languages, without accents. */
export const attributeWords: ReadonlySet<string> = new Set(
  (
    'gender sex geschlecht sexe sexo plan tier level segment state flag currency wahrung devise moneda valuta color colour size ' +
    'language sprache langue idioma lingua taal locale country land pays pais paese city stadt ort ville ciudad citta ' +
    'plaats town region ' +
    'device gerat appareil dispositivo apparaat platform plattform os browser brand marke marque channel kanal canal ' +
    'canale kanaal ' +
    'source quelle medium campaign kampagne campagne campana referrer category kategorie categorie categoria product ' +
    'produkt produit ' +
    'producto prodotto team owner manager agent assigned assignee teammate admin rep branche industry sector company firma entreprise empresa azienda ' +
    'bedrijf department ' +
    'weekday wochentag month monat priority group gruppe role rolle title anrede name version store shop filiale tarif ' +
    'tariff payment zahlungsart carrier network age birth comment note notes email mail phone telefon zip plz id ids ' +
    'nr page seite url'
  ).split(' '),
);

/** Words in names of numeric columns whose sum says how much somebody did or spent. */
export const amountWords: ReadonlySet<string> = new Set(
  (
    'amount price revenue value total spend spent cost sales gmv payment paid qty quantity units duration seconds secs minutes ' +
    'mins time length score points xp coins progress percent pct scroll watched played listened betrag preis umsatz ' +
    'menge importe ' +
    'precio montant prix valor sum mrr arr fee balance usd eur gbp'
  ).split(' '),
);

/** Words in names of numeric columns that are codes, not amounts, whose sum means nothing. */
export const codeWords: ReadonlySet<string> = new Set(
  (
    'id ids code zip zipcode postcode postal year month day week weekday hour minute lat lon lng latitude longitude ' +
    'phone number no nr ' +
    'index rank position version sku ean isbn category brand product item user session order transaction status port ' +
    'ip level age ' +
    'response wait waiting latency refund refunded tax taxes discount shipping ' +
    'sequence seq offset row line epoch timestamp ts uuid key hash'
  ).split(' '),
);

/** How strongly the words of an event type say that a person has converted, in groups from a deal to a registration. */
export interface ConversionWords {
  /** What it is. */
  readonly says: string;
  /** One of these sets of words must be in the name. */
  readonly words: readonly string[];
}

/** Conversions, the deepest first: where a log has several, the first group that fits is proposed. */
export const conversions: readonly ConversionWords[] = [
  {
    says: 'a purchase',
    words: (
      'purchase purchased purchases buy bought order ordered orders paid payment pay transaction transactions sale sold ' +
      'checkout_completed checkout_complete checkout_success invoice charge charged deposit deposited donate donated donation ' +
      'iap revenue conversion converted convert kauf gekauft bestellung bezahlt zahlung compra pedido pago achat commande paiement ' +
      'acquisto ordine pagamento aankoop bestelling contract bestellt achete achetee paye payee comprado comprada pagado ' +
      'acquistato acquistata pagato gekocht besteld betaald betaling closed_won deal_won won redeemed redeem ' +
      'policy_issued loan_approved contratado contratada contratacao 購入 注文 契約'
    ).split(' '),
  },
  {
    says: 'a subscription',
    words: (
      'subscribe subscribed subscription subscriptions upgrade upgraded plan_upgraded renew renewed renewal membership ' +
      'abo abonnement suscripcion assinatura premium trial_converted activated_plan subscription_started started_subscription ' +
      'start_subscription subscription_start subscription_created membership_started started_membership plan_started ' +
      'paid_plan recurrent recurring rebill'
    ).split(' '),
  },
  {
    says: 'a booking',
    words: (
      'booking booked book bookings reserve reserved reservation appointment scheduled meeting_scheduled demo_scheduled ' +
      'buchung gebucht reserva rendezvous reservierung reserviert terminvereinbarung reserve reservee reservado ' +
      'reservada agendamento agendado agendada prenotazione prenotato prenotata boeking geboekt reservering gereserveerd'
    ).split(' '),
  },
  {
    says: 'an enrolment',
    words: (
      'enrol enroll enrolled enrolment enrollment apply applied application hired hire accepted_offer offer_accepted certified ' +
      'certificate course_completed graduated passed_course matricula einschreibung'
    ).split(' '),
  },
  {
    says: 'a registration',
    words: (
      'signup signups sign_up signed_up register registered registration join joined account_created create_account ' +
      'user_created lead_submitted lead generate_lead opt_in opted_in registrierung anmeldung registro registriert ' +
      'angemeldet inscription inscrit inscrite enregistrement inscripcion registrado registrada registrazione registrato ' +
      'registrata iscrizione iscritto iscritta registratie geregistreerd aanmelding aangemeld inschrijving ingeschreven cadastro ' +
      'cadastrado cadastrada inscricao inscrito inscrita 会員登録 登録'
    ).split(' '),
  },
];

/** Words for what is called off, taken back, refused or lost, in several languages, without accents. */
const cancelling: readonly string[] = (
  'verloren absage abgesagt uberfallig ueberfallig mahnung reklamation beschwerde kein_interesse nicht_erschienen ' +
  'zuruckgeschickt perdu perdue impaye impayee pas_interesse manque manquee reclamation retard perdido perdida ' +
  'vencido vencida no_asistio sin_interes queja reclamacion scaduto scaduta insoluto non_interessato ' +
  'mancato mancata reclamo verlopen klacht gemist geen_interesse niet_verschenen cancelamento cancelou nao_compareceu ' +
  'sem_interesse reclamacao recusado recusada estorno falhou inadimplente 解約 失注 返品 返金 キャンセル ' +
  'storno storniert stornierung kundigung kuendigung gekundigt gekuendigt abgebrochen abbruch widerruf ruckgabe ' +
  'rueckgabe retoure ruckbuchung rueckbuchung erstattung abgelehnt annulation annule annulee resiliation resilie ' +
  'remboursement rembourse retour refuse refusee abandonne cancelacion cancelado cancelada anulacion anulado ' +
  'devolucion reembolso rechazado annullamento annullato annullata disdetta rimborso rifiutato annulering ' +
  'geannuleerd opzegging opgezegd terugbetaling retourzending geweigerd'
).split(' ');

/** Words for leaving a mailing list, in German, French, Spanish, Italian and Dutch, without accents. */
const leaving: readonly string[] = (
  'abmeldung abgemeldet abbestellung abbestellt austragung ausgetragen desinscription desinscrit desinscrite ' +
  'desabonnement desabonne desabonnee baja desuscripcion desuscrito disiscrizione disiscritto disiscritta afmelding ' +
  'afgemeld uitschrijving uitgeschreven'
).split(' ');

/** Words for looking at something, in German, French, Spanish, Italian and Dutch, without accents. */
const looking: readonly string[] = (
  'ansicht angesehen gesehen aufruf aufgerufen besuch besucht geoffnet geoeffnet seite seitenaufruf seitenansicht ' +
  'visualizado visualizada visualizacao acesso acessado acessada 閲覧 ' +
  'vue vu consulte consultee visite visitee ouvert ouverte ouverture visita visitado visto vista abierto abierta ' +
  'apertura aperto aperta visitato visualizzazione visualizzato bekeken bezoek bezocht weergave geopend pagina'
).split(' ');

/** Words that make a name with a word for a conversion something else, beside `againstWords`: `view_order`, `checkout_started`. */
export const notConvertingWords: ReadonlySet<string> = new Set([
  ...(
    'return returned abandonment view viewed views page visit visited open opened click clicked clicks ' +
    'start started begin began initiate initiated intent attempt attempted list history status detail ' +
    'details expiring due pending reminder email impression hover search searched filter add added update ' +
    'updated edit edited preview quote retry timeout form button info information tab screen viewing ' +
    'loaded load ended end past overdue request requested req method step exit not no awaiting waiting ' +
    'outstanding paused ready want wants intend intends considering ausstehend pendiente pendente anfrage ' +
    'angefragt demande consulta richiesta aanvraag fehlgeschlagen fehler echoue echec erreur fallido ' +
    'fallida fallito mislukt formular formulaire formulario invoice_sent contract_sent confirmation_sent ' +
    'order_late payment_late paid_late order_draft draft_order draft_invoice invoice_draft contract_draft ' +
    'on_hold'
  ).split(' '),
  ...looking,
]);

/** Words of types that take effort: somebody made, answered, sent or finished something. */
export const effortWords: ReadonlySet<string> = new Set(
  (
    'submit submitted create created complete completed finish finished upload uploaded invite invited share shared ' +
    'comment commented ' +
    'add added cart addtocart basket checkout wishlist fav favorite favourite request requested contact message chat call demo ' +
    'trial download downloaded export exported import connect connected integrate integrated install installed quiz problem ' +
    'exam assignment assessment answer answered solve solved post posted publish published save saved reply rate rated review ' +
    'reviewed configure configured setup set_up deploy deployed win won achievement levelup pricing quote register signup ' +
    'anfrage angefragt kontakt kontaktiert kontaktaufnahme kontaktformular angebot heruntergeladen gesendet ' +
    'abgeschickt ausgefullt warenkorb demande contacte devis telecharge telechargement telechargee envoye envoyee ' +
    'formulaire panier consulta solicitud contacto presupuesto descarga descargado descargada enviado formulario ' +
    'carrito richiesta contatto preventivo scaricato scaricata scarica inviato modulo carrello aanvraag offerte ' +
    'gedownload verzonden formulier winkelwagen preise preisseite tarife tarifs prix precios tarifas prezzi tariffe ' +
    'prijzen tarieven anmeldung registrierung orcamento solicitacao contato precos planos baixado baixada 資料請求 ' +
    '問い合わせ お問い合わせ'
  ).split(' '),
);

/** Words of types that take no effort, or happen by themselves. */
export const passiveWords: ReadonlySet<string> = new Set([
  ...(
    'view viewed impression impressions open opened load loaded scroll scrolled start started ping heartbeat close ' +
    'closed exit logout logged_out session sessionstart hover focus blur seen shown display displayed render visit ' +
    'page pageview pv pause paused stop seek resize idle background foreground refresh received delivered'
  ).split(' '),
  ...looking,
]);

/** Words of types that speak against somebody, or need help rather than a call. */
export const againstWords: ReadonlySet<string> = new Set([
  ...(
    'cancel cancelled canceled cancellation refund refunded fail failed failure error errors crash ' +
    'crashed decline declined reject rejected remove removed removefromcart delete deleted uninstall ' +
    'uninstalled unsubscribe unsubscribed downgrade downgraded expire expired churn churned abandon ' +
    'abandoned complaint complained dropout withdraw withdrawn unregister quit no_show noshow ' +
    'not_interested disinterested disqualified unqualified unresponsive bounce bounced undelivered ' +
    'undeliverable chargeback disputed denied voided uncollectible fraudulent of_office autoreply ' +
    'closed_lost contract_lost deal_lost opportunity_lost lead_lost order_lost sale_lost customer_lost ' +
    'account_lost lost_deal lost_opportunity lost_lead charge_dispute dispute_created dispute_opened ' +
    'payment_dispute purchase_dispute payment_overdue invoice_overdue bill_overdue invoice_unpaid ' +
    'order_unpaid payment_missed missed_payment appointment_missed meeting_missed demo_missed call_missed ' +
    'payment_blocked card_blocked email_blocked account_blocked email_dropped email_suppressed ' +
    'email_deferred payment_reversed sale_reversed purchase_reversed charge_reversed purchase_reversal ' +
    'payment_reversal contract_terminated account_terminated subscription_terminated service_terminated ' +
    'membership_lapsed subscription_lapsed policy_lapsed fraud_order order_fraud payment_fraud ' +
    'fraud_detected wrong_number wrong_person negative_reply negative_response bad_lead bad_fit ' +
    'bad_timing spam_lead spam_order spam_signup support_ticket support_request support_case ' +
    'account_closed closed_account'
  ).split(' '),
  ...cancelling,
  ...leaving,
]);

/** Names of types that speak against somebody as they stand, compared as `bareName` does; in longer names their words mean anything. */
export const againstNames: ReadonlySet<string> = new Set(
  'lost dropped deferred suppressed blocked missed overdue unpaid void spam fraud lapsed terminated reversed negative'.split(
    ' ',
  ),
);

/** Names of types that happen by themselves, compared as `bareName` does. */
export const automaticNames: ReadonlySet<string> = new Set(
  'set identify pageleave userengagement featureflagcalled webvitals autocapture processed sent leave'.split(' '),
);

/** Types of people who must not be contacted, compared as `bareName` does; beside them may be `mailingWords`. */
export const optOutTypes: readonly string[] = [
  'unsubscribed',
  'unsubscribe',
  'emailunsubscribed',
  'emailunsubscribe',
  'optedout',
  'optout',
  'accountdeleted',
  'deletedaccount',
  'userdeleted',
  'gdprdelete',
  'donotcontact',
  'donotcall',
  'markedasspam',
  'spamcomplaint',
  ...leaving,
  'dardebaja',
  'darsedebaja',
];

/** Words and pairs of words by which a longer name is that of such a type: `users.messages.email.MarkAsSpam`, `sms opt-out`. */
export const optOutWords: ReadonlySet<string> = new Set(
  (
    'unsubscribe unsubscribed unsub unsubs unsubscription opt_out opted_out optout dnc as_spam spam_report spamreport ' +
    'spam_complaint spam_complaints reported_spam spammed abgemeldet abbestellt desinscrit desabonne descadastro descadastrado ' +
    'descadastrada descadastrar 配信停止'
  ).split(' '),
);

/** Words that may stand beside `optOutWords`, besides `mailingWords`: with any other it is no mail that somebody leaves. */
export const besideOptOut: ReadonlySet<string> = new Set(
  (
    'sms push text user users contact contacts customer lead subscriber list lists group marketing message messages campaign ' +
    'request requested all global has was by mark marked as report reported complaint'
  ).split(' '),
);

/** Words about mail that a type of people who must not be contacted may have beside: `Newsletter abbestellt`. */
export const mailingWords: ReadonlySet<string> = new Set(
  'newsletter newsletters email mail mails e mailing rundbrief boletin infolettre nieuwsbrief vom von du de la a al del dalla van der from the'.split(
    ' ',
  ),
);

/** Words that German puts at the end of longer ones, such as `Terminbuchung`, and which say what those are. */
export const headWords: readonly string[] = (
  'abmeldung anmeldung abbestellung registrierung stornierung storno kundigung kuendigung ruckbuchung buchung ' +
  'reservierung bestellung ' +
  'anfrage formular aufruf ansicht besuch download'
).split(' ');

/** Columns of flags that say so of a person in a table of people, and of anything else in a log. */
export const convertedInTables: readonly string[] = ['won', 'iswon', 'customer'];

/** Columns of flags that say that a person has converted, compared as `bareName` does. */
export const convertedColumns: readonly string[] = [
  'converted',
  'conversion',
  'isconverted',
  'purchased',
  'ispurchase',
  'haspurchased',
  'ispaid',
  'ispaying',
  'haspaid',
  'hasconverted',
  'closedwon',
  'isclosedwon',
  'dealwon',
  'iscustomer',
  'isclient',
  'isbuyer',
  'issubscribed',
  'bought',
  'enrolled',
  'deposit',
  'transactionflag',
];

/** Names of files whose rows, without a column of types, are all of one type of ours; by a word of the name. */
export const fileTypes: Readonly<Record<string, string>> = {
  calendly: 'calendar_booking',
  bookings: 'calendar_booking',
  meetings: 'calendar_booking',
  signups: 'signup',
  signup: 'signup',
  registrations: 'signup',
  pageviews: 'page_view',
  pages: 'page_view',
  visits: 'page_view',
  searches: 'search',
  downloads: 'doc_download',
  chats: 'chat_message',
  orders: 'order',
  order: 'order',
  purchases: 'purchase',
  purchase: 'purchase',
  sales: 'purchase',
  invoices: 'purchase',
  transactions: 'purchase',
  retail: 'purchase',
  payments: 'payment',
  donations: 'donation',
  subscriptions: 'subscription',
  logins: 'login',
  enrollments: 'enrolment',
  enrolments: 'enrolment',
};

/** One type of ours for many names of it, separated by blanks. */
const named = (type: EventType, names: string): Record<string, EventType> =>
  Object.fromEntries(names.split(' ').map((name) => [bareName(name), type]));

/**
 * Types of ours that a name probably means, compared as `bareName` does. Unlike the customary names in sources.ts these are
 * only proposed, in `events.types`, since some teams use them for something else.
 */
export const likelyTypes: Readonly<Record<string, EventType>> = {
  pv: 'page_view',
  page: 'page_view',
  screen: 'page_view',
  viewpage: 'page_view',
  visitpage: 'page_view',
  pagevisit: 'page_view',
  visitedpage: 'page_view',
  pageload: 'page_view',
  webvisit: 'page_view',
  websitevisit: 'page_view',
  sitevisit: 'page_view',
  screenview: 'page_view',
  pricing: 'pricing_page_view',
  pricingpage: 'pricing_page_view',
  viewpricing: 'pricing_page_view',
  viewpricingpage: 'pricing_page_view',
  visitedpricing: 'pricing_page_view',
  visitpricing: 'pricing_page_view',
  pricingvisit: 'pricing_page_view',
  pricingview: 'pricing_page_view',
  livechat: 'chat_message',
  chat: 'chat_message',
  chatstarted: 'chat_message',
  sentchatmessage: 'chat_message',
  whitepaperdownload: 'doc_download',
  downloadwhitepaper: 'doc_download',
  ebookdownload: 'doc_download',
  downloadedebook: 'doc_download',
  brochuredownload: 'doc_download',
  pdfdownload: 'doc_download',
  contactsales: 'demo_request_click',
  quoterequest: 'demo_request_click',
  requestquote: 'demo_request_click',
  demorequestsubmitted: 'demo_request_click',
  bookdemo: 'calendar_booking',
  demoscheduled: 'calendar_booking',
  meetingscheduled: 'calendar_booking',
  appointmentbooked: 'calendar_booking',
  callscheduled: 'calendar_booking',
  register: 'signup',
  registered: 'signup',
  registration: 'signup',
  userregistered: 'signup',
  usersignup: 'signup',
  createaccount: 'signup',
  signupcompleted: 'signup',
  completedsignup: 'signup',
  completeregistration: 'signup',
  ...named(
    'page_view',
    'seitenaufruf seitenansicht seiteangesehen seitegesehen seiteaufgerufen seitebesucht pagevue vuedepage vuepage ' +
      'pageconsultee pagevisitee visitedepage paginavista paginavisitada vistadepagina visitadepagina paginavisitata ' +
      'paginavisualizzata visualizzazionepagina paginabekeken paginaweergave paginabezoek paginavisualizada ' +
      'visualizacaodepagina',
  ),
  ...named(
    'pricing_page_view',
    'preise preisseite preiseangesehen preisseiteangesehen preiseaufgerufen tarife tarifs pagetarifs pageprix ' +
      'pagedesprix tarifsvus tarifas precios paginadeprecios paginaprecios prezzi paginaprezzi prijzen prijzenpagina ' +
      'prijspagina precos precosvistos paginadeprecos planosvistos preciosvistos tarifsconsultes 料金閲覧 料金ページ閲覧',
  ),
  ...named(
    'doc_download',
    'dokumentheruntergeladen dokumentdownload pdfheruntergeladen whitepaperheruntergeladen documenttelecharge ' +
      'telechargementdocument documentodescargado descargadedocumento documentoscaricato documentgedownload',
  ),
  ...named(
    'signup',
    'anmeldung angemeldet registrierung registriert inscription inscrit inscripcion registro registrado registrazione ' +
      'registrato iscrizione registratie geregistreerd aanmelding aangemeld cadastro cadastrado cadastrorealizado 会員登録',
  ),
};
