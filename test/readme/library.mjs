import { defaultLabels, defaultWeights, explain, score } from 'gesture';

// One row of features, from your own database: what is missing or null is unknown and earns nothing.
const ana = { signups: 1, pricing_page_views: 6, days_since_last_event: 7, spam_rate: 0.25 };

const { score: points, label, explanation } = score(ana);
console.log(points, label); // 34.36 medium
console.log(explanation); // signed up (+30.0), viewed pricing 6 times (+6.9), ...

// The whole answer: every signal with its curve, and what would raise the score most.
const [best] = explain(ana).gains;
console.log(`${best.says}: +${best.points}`); // booked a call: +30

// Your own weights; loadConfig('gesture.yaml') reads them from a file.
const weights = { ...defaultWeights, signups: { ...defaultWeights.signups, points: 20 } };
console.log(score(ana, { weights, labels: defaultLabels }).score); // 24.36
