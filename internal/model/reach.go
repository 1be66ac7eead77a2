package model

import (
	"fmt"
	"strconv"
)

// Count writes a number as people read it, with a comma between thousands: 41,700,000.
func Count(n int64) string {
	if n < 0 {
		return "-" + Count(-n)
	}
	text := strconv.FormatInt(n, 10)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Share says how much of a budget a reach is, to be followed by the budget's name: "837 times", "4.2 times", "12 % of".
// Of no budget at all anything is "more than".
func Share(reach, budget int64) string {
	switch of := float64(reach) / float64(budget); {
	case budget <= 0:
		return "more than"
	case reach == budget:
		return "all of"
	case of >= 10:
		return Count(int64(of)) + " times"
	case of > 1:
		return fmt.Sprintf("%.1f times", of)
	case of >= 0.01:
		return fmt.Sprintf("%d %% of", int64(of*100))
	case reach > 0:
		return "less than 1 % of"
	}
	return "nothing of"
}

// Preview says what a darkening does to an account's followers, and how that compares with the daily budget of whoever
// asks for it: whose says "your" or "the requester's".
func Preview(reach, daily int64, whose string) string {
	text := Count(reach) + " followers lose sight of this account"
	switch reach {
	case 0:
		return "Nobody follows this account, and so nobody loses sight of it"
	case 1:
		text = "1 follower loses sight of this account"
	}
	return text + "; " + Share(reach, daily) + " " + whose + " daily budget"
}
