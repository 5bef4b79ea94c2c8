/// The words that titles are made of, so that a person sees an item's genre and style in its name.
enum SyntheticVocabulary {
  struct Genre: Sendable {
    let name: String
    /// How common it is among items and tastes.
    let share: Double
    let adjectives: [String]
    /// Kinds within the genre, whose items are alike.
    let styles: [Style]
  }

  struct Style: Sendable {
    let nouns: [String]
    let tails: [String]
    /// The years that its titles are from.
    let years: ClosedRange<Int>

    init(_ nouns: String, _ tails: String, _ years: ClosedRange<Int>) {
      self.nouns = nouns.split(separator: " ").map(String.init)
      self.tails = tails.split(separator: ",").map { String($0.drop { $0 == " " }) }
      self.years = years
    }
  }

  static let genres: [Genre] = [
    genre(
      "Action", 14, "Lethal Final Maximum Burning Deadly Rogue Double Iron Relentless Midnight",
      [
        Style(
          "Strike Commando Squadron Missile Battalion Sniper Assault Recon", "Behind Enemy Lines, at Dawn, Under Fire",
          1984...1999),
        Style(
          "Dragon Fist Ninja Tournament Shaolin Kick Warrior Dojo", "of Hong Kong, of Fury, in Chinatown", 1971...1988),
        Style(
          "Heist Chase Getaway Driver Bullet Turbo Highway Pursuit", "at Full Throttle, to Miami, Without Brakes",
          1996...2009),
      ]),
    genre(
      "Animation", 6, "Little Magical Curious Tiny Brave Jolly Enchanted Sleepy Golden Musical",
      [
        Style(
          "Puppy Bear Penguin Kitten Elephant Mouse Duckling Hedgehog", "Finds a Home, and Friends, on Ice", 1950...1985
        ),
        Style(
          "Toy Robot Puppet Teapot Crayon Marble Kite Snowman", "Come Alive, in the Attic, and Santa", 1992...2009),
        Style(
          "Fairy Princess Dragonling Unicorn Mermaid Goblin Elf Sprite", "of the Meadow, and the Moon, of Sugar Hill",
          1960...1999),
      ]),
    genre(
      "Comedy", 16, "Crazy Awkward Totally Clumsy Hilarious Accidental Unlucky Bumbling Ridiculous Cheeky",
      [
        Style(
          "Roommate Campus Prom Dorm Spring-Break Fraternity Freshman Cafeteria", "Gone Wild, on Probation, Forever",
          1981...2003),
        Style(
          "Vacation Mother-in-Law Neighbor Barbecue Uncle Grandpa Babysitter Minivan",
          "From Hell, Strikes Back, in Florida", 1985...2005),
        Style(
          "Butler Inspector Ambassador Duchess Chauffeur Bishop Waiter Burglar", "Drops In, at the Ritz, Goes to Paris",
          1950...1975),
      ]),
    genre(
      "Crime", 9, "Dirty Crooked Cold Silent Blood Smoking Guilty Stolen Bitter Marked",
      [
        Style(
          "Mobster Capo Godson Syndicate Kingpin Racket Enforcer Bagman", "of Little Italy, Takes the Fall, of Chicago",
          1970...1995),
        Style(
          "Detective Alibi Autopsy Witness Fingerprint Suspect Precinct Confession",
          "in Room Nine, on Elm Street, After Dark", 1988...2008),
        Style(
          "Dame Shadow Gumshoe Revolver Cigarette Blackmail Gambler Informer", "at Midnight, in the Rain, on the Docks",
          1950...1962),
      ]),
    genre(
      "Documentary", 5, "Hidden Untold Living Vanishing Secret Inside Wild Great Forgotten Real",
      [
        Style(
          "Glacier Savanna Reef Rainforest Whale Migration Volcano Wolves", "of the Arctic, From Above, in Peril",
          1985...2009),
        Style(
          "Archive Revolution Empire Pharaohs Blitz Senate Treaty Dynasty", "Remembered, in Their Own Words, on Trial",
          1970...2002),
        Style(
          "Orchestra Jazzman Bluesman Encore Backstage Folksinger Drummer Songbook", "on Tour, in Concert, Unplugged",
          1968...2000),
      ]),
    genre(
      "Drama", 18, "Quiet Broken Distant Fading Tender Long Painted Borrowed Lonely Unspoken",
      [
        Style(
          "Letters Daughter Harvest Orchard Winter Kitchen Sister Homecoming", "of Our Fathers, in Autumn, Left Unsaid",
          1975...2005),
        Style(
          "Verdict Courtroom Jury Attorney Appeal Testimony Statute Judge", "of the People, on Appeal, in Contempt",
          1957...1998),
        Style(
          "Estate Governess Parlor Countess Manor Regiment Heiress Vicarage",
          "of Devonshire, and the Colonel, Remembered", 1960...1996),
      ]),
    genre(
      "Fantasy", 6, "Ancient Crystal Cursed Silver Eternal Forbidden Shining Raven Emerald Moonlit",
      [
        Style(
          "Sword Kingdom Throne Crown Quest Knight Paladin Citadel", "of Avaloria, and the Stone, of the North",
          1979...2006),
        Style(
          "Wizard Spellbook Sorcerer Amulet Alchemist Potion Warlock Grimoire",
          "of the Tower, and the Apprentice, of Ash", 1990...2009),
        Style(
          "Genie Carpet Sultan Lamp Bazaar Oasis Caliph Scimitar", "of Baghdad, and the Forty, of the Dunes",
          1950...1978),
      ]),
    genre(
      "Horror", 9, "Bloody Haunted Screaming Rotting Evil Hungry Unholy Buried Whispering Pale",
      [
        Style(
          "Zombie Corpse Cannibal Chainsaw Slaughter Massacre Morgue Carcass", "Eats Again, Part Zero, at Summer Camp",
          1974...2004),
        Style(
          "Mansion Poltergeist Seance Attic Cellar Phantom Asylum Nursery", "on the Hill, Behind the Wall, Next Door",
          1959...1986),
        Style(
          "Vampire Werewolf Coffin Crypt Fang Count Bat Transylvania", "Rises, by Moonlight, Must Feed", 1951...1973),
      ]),
    genre(
      "Musical", 4, "Dancing Singing Swinging Sparkling Broadway Dazzling Tapping Rhythmic Starlit Velvet",
      [
        Style(
          "Chorus Spotlight Showgirl Curtain Follies Footlights Revue Matinee", "of 1933, on Broadway, Steals the Show",
          1950...1968),
        Style(
          "Disco Groove Jukebox Boogie Rollerskate Dancefloor Mixtape Saturday", "All Night, in Brooklyn, Never Stops",
          1976...1990),
        Style(
          "Cabaret Serenade Waltz Nightingale Melody Soprano Accordion Ballad", "in Vienna, for Two, of Montmartre",
          1953...1980),
      ]),
    genre(
      "Romance", 9, "Sweet Endless Stolen Perfect Secret Passionate Summer True Hopeless Candlelit",
      [
        Style(
          "Kiss Wedding Valentine Bride Proposal Bouquet Honeymoon Bridesmaid", "in Seattle, on Monday, Times Two",
          1989...2008),
        Style(
          "Affair Rendezvous Embrace Farewell Reunion Promise Heartache Longing",
          "in Venice, Before Dawn, at the Station", 1950...1979),
        Style(
          "Tide Lighthouse Seashell Harbor Sandcastle Postcard Sailboat Cottage",
          "of Nantucket, by the Sea, That Summer", 1985...2006),
      ]),
    genre(
      "Sci-Fi", 9, "Last Quantum Silent Orbital Lost Infinite Stellar Frozen Hollow Parallel",
      [
        Style(
          "Starship Nebula Galaxy Asteroid Colony Spaceport Comet Armada", "Beyond Orion, of Titan, at World's End",
          1966...1991),
        Style(
          "Android Cyborg Circuit Mainframe Replicant Hologram Protocol Neuron", "Awakens, 2099, in the Machine",
          1982...2008),
        Style(
          "Saucer Martian Invader Crater Abduction Mutant Visitor Ray-Gun", "From Planet X, over Nevada, Has Landed",
          1950...1965),
      ]),
    genre(
      "Western", 4, "Dusty Lonesome Outlaw Rusty Wild Bitter Crooked Painted Red Thundering",
      [
        Style(
          "Sheriff Gunslinger Saloon Deputy Showdown Badge Gallows Marshal", "of Abilene, at High Noon, Rides Alone",
          1950...1969),
        Style(
          "Stagecoach Rancher Cattle Mustang Prairie Wagon Homestead Corral",
          "of the Rio Grande, Heads West, to Laredo", 1951...1975),
        Style(
          "Bounty Bandit Coyote Desperado Dollar Vulture Graveyard Trigger",
          "for Silence, South of Juarez, and No Mercy", 1964...1988),
      ]),
  ]

  private static func genre(_ name: String, _ share: Double, _ adjectives: String, _ styles: [Style]) -> Genre {
    Genre(name: name, share: share, adjectives: adjectives.split(separator: " ").map(String.init), styles: styles)
  }

  /// Every title that a style's words give.
  static func titles(of style: Style, in genre: Genre) -> [String] {
    var titles: [String] = []
    for noun in style.nouns {
      for adjective in genre.adjectives { titles += ["The \(adjective) \(noun)", "\(adjective) \(noun)"] }
      for tail in style.tails { titles += ["The \(noun) \(tail)", "\(noun) \(tail)"] }
    }
    return titles
  }

  /// II, III, IV … for what comes again.
  static func numeral(_ number: Int) -> String {
    let digits = [
      (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
      (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ]
    var (rest, numeral) = (number, "")
    for (value, text) in digits {
      while rest >= value {
        numeral += text
        rest -= value
      }
    }
    return numeral
  }
}
