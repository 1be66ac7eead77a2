package demo

// The words that the demo's members are made of. None of them is anybody's real post.

var adjectives = []string{"quiet", "brisk", "amber", "rusty", "plain", "early", "mild", "north", "paper", "river", "salty",
	"tall", "velvet", "woolly", "young", "bright", "copper", "dusty", "eager", "foggy", "gentle", "hollow", "idle", "jolly"}

var nouns = []string{"heron", "kettle", "lantern", "maple", "otter", "pebble", "quill", "raven", "saddle", "thistle", "umbrella",
	"violin", "walnut", "yarrow", "zephyr", "acorn", "badger", "cedar", "dormouse", "ember", "fiddle", "gander", "hazel", "ivy"}

var firstNames = []string{"Ines", "Jonas", "Kaya", "Liam", "Mina", "Noor", "Oskar", "Paula", "Quentin", "Rosa", "Selim", "Tilda",
	"Uwe", "Vera", "Wim", "Yara", "Zeno", "Alma", "Bruno", "Cleo", "Dario", "Edda", "Farid", "Greta"}

var lastNames = []string{"Abel", "Brandt", "Castro", "Dahl", "Engel", "Fischer", "Goto", "Haas", "Ito", "Jansen", "Kowalski",
	"Larsen", "Moreau", "Novak", "Okafor", "Petit", "Rossi", "Silva", "Tanaka", "Ueda", "Vogel", "Weber", "Yilmaz", "Zeman"}

var everyday = []string{
	"Finally fixed the bicycle. It only took three videos and a bent spoon.",
	"The bakery on the corner has started to sell the small rye loaves again.",
	"Does anyone know a good book about bridges? Not the card game.",
	"Rain all day. The garden is happy, I am reading.",
	"Trying to learn to whistle at my age. The dog has left the room.",
	"My train was on time today and nobody believed me at work.",
	"Soup weather.",
	"Somebody has knitted a hat for the statue in the park.",
	"Four tabs about tomatoes, no tomatoes.",
	"I have named the sourdough starter. This is now a household of three.",
	"Saw a heron standing in the fountain, as if it had an appointment.",
	"The library lends out telescopes! Since when?",
	"Today's small win: all socks came out of the wash in pairs.",
	"Can we agree that Thursday is the real start of the weekend?",
	"Grandmother's recipe says 'enough flour'. Thank you, grandmother.",
}

var decrees = []string{
	"Tomorrow I will speak about the new harbour. It will be a very long harbour.",
	"Met the dairy farmers this morning. Strong people, excellent cheese.",
	"The budget is finished. It is one page shorter than last year's. You are welcome.",
	"Congratulations to our rowing team. You rowed very well, and in the right direction.",
	"We are repairing the old bridge. It will be closed on Sunday from six to nine.",
	"Today we honour the volunteers of the fire brigades. Thank you.",
	"The report on the railways is here. I have read all of it, and so should you.",
	"Great meeting with our neighbours. We talked about fish, and we agreed about fish.",
	"To everyone who wrote to me about the clocks: I have heard you.",
	"A new school opens in the valley this week. I have seen it. It has very good windows.",
}

var headlines = []string{
	"Harbour works to begin in spring, ministry says",
	"Rail report: nine in ten trains on time, the tenth explained",
	"Council votes to keep the lime trees on Station Road",
	"Storm warning lifted for the coast; ferries run again from noon",
	"Old bridge closed on Sunday from six to nine",
	"Museum finds that a painting has hung upside down for forty years",
	"Prices of bread stable for a third month",
	"Rowing team returns home to a full station square",
}

var orbits = []string{
	"Sunrise number nine of today. It does not get old.",
	"That thin blue line is everything we breathe.",
	"Repaired the water recycler. Yesterday's coffee is tomorrow's coffee.",
	"Passed over the valley at night: every school has its lights off, well done.",
	"Question of the day from a class of seven-year-olds: do the stars look closer? They do not.",
}
