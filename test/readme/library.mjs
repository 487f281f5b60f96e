import { defaultLabels, defaultWeights, explain, rank, score } from 'gesture';

// One row of features, from your own database. What is missing or null is unknown and earns nothing; numbers can be
// bigints or decimals as text, as drivers return them; a name that is no column of user_features.csv is refused.
const ana = { signups: 1, pricing_page_views: 6, days_since_last_event: 7, spam_rate: 0.25 };

const { score: points, label, explanation } = score(ana);
console.log(points, label); // 34.36 medium
console.log(explanation); // signed up (+30.0), viewed pricing 6 times (+6.9), ...

// The whole answer: every signal with its curve, and what would raise the score most.
const [best] = explain(ana).gains;
console.log(`${best.says}: +${best.points}`); // booked a call: +30

// Many rows, in the order of `gesture rank`.
const users = [{ user_id: 7 }, { user_id: 8, username: 'Ana', ...ana }];
const [first] = rank(users, undefined, { top: 1 });
console.log(first.rank, first.user_id, users[first.index].username); // 1 8 Ana

// Your own weights, whose positive points must sum to 100; loadConfig('gesture.yaml') reads them from a file.
const { signups, calendar_bookings: bookings } = defaultWeights;
const own = { signups: { ...signups, points: 20 }, calendar_bookings: { ...bookings, points: 40 } };
console.log(score(ana, { weights: { ...defaultWeights, ...own }, labels: defaultLabels }).score); // 24.36
