"""Phrases by which publishers' pages address their visitors, as regular expressions.

English, German, French and Spanish; matched without regard to case, one phrase a line.
"""

from __future__ import annotations

CALLS = (
    # A sentence that begins so asks the visitor for something; it is no part of a report.
    r"(?:join|get|receive|try) (?:our|the|your) (?:[\w-]+ ){0,4}(?:newsletter|mailing list)",
    r"(?:join|get|try|download) our (?:[\w-]+ ){0,3}(?:app|channel|podcast|community|group)\b",
    r"(?:sign up|subscribe|register) (?:here|now|today|for free|below)\b",
    r"(?:sign up|subscribe) (?:for|to) (?:our|the [\w’' -]{0,40}newsletter)",
    r"(?:sign up|subscribe|log in|register) to (?:continue|read|get|receive)\b",
    r"(?:watch|follow|like|find|join|contact|support|e-?mail) ?us ?(?:on|at|via|by|now|here)\b",
    r"(?:click|tap) (?:here|below|(?:on )?the (?:link|image|button))\b",
    r"(?:read|see|view|get) the (?:full|rest of the|complete|original) (?:story|article|post)",
    r"(?:read|see|find out) more (?:here|at \w+\.\w+)",
    r"(?:for more|to read more)\b.{0,60}\b(?:click|visit|subscribe|follow us|sign up)\b",
    r"(?:this|our) (?:web)?site uses cookies",
    r"we (?:and our partners )?use cookies",
    r"accept (?:all )?cookies",
    r"(?:copyright|©|\(c\))[\s©]+(?:19|20)\d\d\b",
    r"all rights reserved\b",
    r"this material may not be (?:published|reproduced)\b",
    r"share (?:this|on (?:facebook|twitter|x|whatsapp|linkedin)|via)\b",
    r"have your say\b",
    r"join the (?:conversation|discussion)\b",
    r"you (?:may|might) also (?:like|be interested)\b",
    r"don[’']t miss (?:our|out)\b",
    r"(?:abonnieren|bestellen|folgen|besuchen|hören|schreiben) sie (?:uns|unsere?n?|hier|jetzt)\b",
    r"lesen sie (?:auch|hier|mehr)\b",
    r"melden sie sich (?:hier|jetzt|für|zu).{0,60}\b(?:newsletter|an)\b",
    r"jetzt (?:anmelden|abonnieren|newsletter|kostenlos|weiterlesen|mitdiskutieren)\b",
    r"(?:jetzt )?(?:unseren )?newsletter (?:abonnieren|bestellen)\b",
    r"hier (?:klicken|abonnieren|anmelden)\b",
    r"(?:diese|unsere) (?:web)?seite (?:verwendet|nutzt) cookies",
    r"wir verwenden cookies",
    r"das könnte sie (?:auch )?interessieren\b",
    r"mehr (?:dazu|zum thema)\b",
    r"(?:abonnez|inscrivez|connectez)-vous\b",
    r"(?:suivez|rejoignez|retrouvez|contactez)-nous\b",
    r"recevez (?:notre|nos) (?:[\w-]+ ){0,3}(?:newsletter|lettre|alerte)",
    r"cliquez (?:ici|sur)\b",
    r"partagez (?:cet|sur)\b",
    r"[àa] (?:lire|voir|écouter) (?:aussi|également)\b",
    r"lire (?:la suite|aussi|également)\b",
    r"(?:ce|notre) site utilise des cookies",
    r"suscr[íi]b(?:ete|ase)\b",
    r"reg[íi]str(?:ate|ese)\b",
    r"s[íi]guenos\b",
    r"s[íi]ganos\b",
    r"recib[ea] nuestr[ao]s? (?:[\w-]+ ){0,3}(?:newsletter|bolet[íi]n|alerta)",
    r"(?:haz|haga) clic\b",
    r"comparte (?:est[ea]|en)\b",
    r"le[ea] (?:también|además)\b",
    r"(?:te|le) puede interesar\b",
    r"(?:este|nuestro) sitio (?:web )?(?:utiliza|usa) cookies",
)
LABELS = (
    # A line that says no more than this is a label of a page.
    r"read (?:more|on|next|also)",
    r"(?:continue|keep) reading",
    r"(?:also read|see also|learn more)",
    r"more on this(?: story| topic)?",
    r"related(?: articles?| stories| topics?| content| links)?",
    r"most (?:read|popular|viewed|shared)",
    r"(?:recommended(?: for you)?|trending(?: now)?|top stories|editor[’']?s[’']? picks?)",
    r"(?:sign (?:up|in)|subscribe(?: now)?|log ?in|newsletter)",
    r"(?:join|get) (?:our|the) newsletter",
    r"(?:watch|follow) ?us(?: ?on)?",
    r"(?:advertisement|sponsored(?: content)?|promoted(?: content)?|skip advert)",
    r"(?:share|tweet|print|e-?mail|copy link|facebook|twitter|whatsapp|instagram|youtube|tiktok)",
    r"(?:view |leave a |post a |add a )?comments?",
    r"image (?:source|caption|credit)",
    r"(?:all rights reserved|terms of (?:use|service)|privacy policy|cookie policy)",
    r"(?:view full ?size|photo gallery)",
    r"(?:weiterlesen|mehr lesen|lesen sie auch|zum thema|mehr zum thema|meistgelesen)",
    r"(?:anzeige|werbung|teilen|kommentare?|kommentieren)",
    r"(?:lire (?:la suite|aussi)|en savoir plus|sur le même sujet|les plus lus)",
    r"(?:publicité|partager|commentaires?)",
    r"(?:leer más|seguir leyendo|lo más leído|más información|noticias relacionadas)",
    r"(?:publicidad|compartir|comentarios?)",
)
TEASERS = (
    # Before a colon or an arrow, these announce something else to look at.
    r"(?:watch|video|listen|photos|gallery|podcast|read more|related|see also|also read|live blog)",
    r"(?:lesen sie auch|mehr zum thema|im video|lire aussi|[àa] lire aussi|voir aussi|en vidéo)",
    r"(?:lee también|lea también|leer más|vídeo)",
)
TAILS = (
    # A text that ends so was shortened by a machine, or signed by one.
    r"the post .{1,300}? (?:appeared first|first appeared) (?:on|at) .{1,120}",
    r"this (?:article|story|post) (?:originally |first )?appeared (?:first )?(?:on|at|in) .{1,120}",
    r"this (?:article|story|post) was (?:originally|first) published (?:on|at|by|in) .{1,120}",
    r"der (?:beitrag|artikel) .{1,300}? erschien zuerst auf .{1,120}",
    r"(?:cet |l[’'])article .{1,300}? est apparu en premier sur .{1,120}",
    r"la entrada .{1,300}? (?:se publicó|aparece|apareció) primero en .{1,120}",
    r"[\[(]?continue reading\b[^.!?]{0,160}",
    r"[\[(]?(?:read more|leer más) *(?:(?:about|here|at|on|en|sobre)\b|[^\w\s,;’'-])[^.!?]{0,160}",
    r"[\[(]?(?:read more|leer más)$",
    r"[\[(]?(?:read (?:on|the full (?:story|article|post))|keep reading)[\])\s»→>.…]*$",
    r"[\[(]?(?:weiterlesen|mehr lesen|lire la suite|seguir leyendo)\b[^.!?]{0,160}",
)
TAIL_WORDS = (
    # Every one of `TAILS` holds one of these; they are quicker to look for.
    b"read", b"lire", b"leer", b"lesen", b"seguir",
    b"appeared", b"published", b"erschien", b"apparu", b"primero",
)  # fmt: skip
