import { explain, rank, score } from 'gesture';

// One row of features. What is missing is unknown and earns nothing; a misspelt name is refused: in a literal by the compiler, anywhere else when it runs.
const ana = { signups: 1, pricing_page_views: 6, days_since_last_event: 7, spam_rate: 0.25 };

const { score: points, label, explanation } = score(ana);
console.log(points, label); // 34.36 medium
console.log(explanation); // signed up (+30.0), viewed pricing 6 times (+6.9), ...
console.log(explain(ana).gains[0]?.says); // booked a call

// Many rows, in the order of `gesture rank`. `await loadConfig('gesture.yaml')` as the second argument uses your own settings.
console.log(rank([{ user_id: 7 }, { user_id: 8, ...ana }])[0]?.user_id); // 8
