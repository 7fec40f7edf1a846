"""Names of people that are ordinary words as well, English and Welsh, in lower case and without accents.

Not whole, and it need not be: a word that is missing here is pointed out once too often.
"""

from __future__ import annotations

_WORDS = """
able ah alder am amber an angel april art as ash aspen aster at august autumn bacon baker banks barley barn bass bath
bay be beach bean bear beech bell bench berry best bill bird bishop black blue bond bow bowl brand briar bridge
bridges bright brook brooks broom brown buck bull burn burns bush butcher butler by camp carol carpenter case cash
castle chamber chambers chance chapel chase church clay cliff close cloud cole cook corner court crane cross crystal
daisy dale dawn day dean dear do dove down drew drinkwater duke early east ember english eve fair faith farmer field
fields fish fisher flood flower flowers ford forest forester forge fountain fox frank french friend frost garden
gardener gardiner go gold golden good grace grant gray green grey grove guy hall hand hardy harvest hazel he head
heath heather hi hill hills holiday holland holly honey hood hook hope horn house hunt hunter if in iris irish is it
ivory ivy jack jade jasmine jay jet joy judge june justice keen key king kitchen kite knight lamb lance land lane
large law lawn laws leaf lily little lock london long lord love low major manner manners maple march marina mark marks
marsh marshall martin masters may me meadow means mercy merry miles mill miller mills mint moon moor moss mouse
mustard my myrtle nation new nice nick no noble noon norm north nurse nut oak oaks of oh olive on or page painter park
parks pat patience peace peach pearl penny pepper piper place plant plum pole pond pool poole pope poppy porter pot
potter pound power powers price pride priest prince prior prudence queen quick rain ray read reed rich river rivers
road rob robin rock root rose rowan royal ruby rush rust sage salt savage scarlet sea self senior sergeant sharp
shepherd shore short silver sky skye small smart smith snow so south speed spring stable stamp star stead steel
sterling steward still stone storm street strong style sue summer summers swan sweet swift thorn tidy tiger to tower
town tree trick trip up us van victor victory vine violet wales walk walker wall walls ward warden warm waters way we
weeks well wells welsh west white wild will willow wills winter winters wise wood woods wool worth yard young younger
alaw aur bach blodyn bryn cariad coch dydd eira enfys eos ffion fflur glas glyn gwen gwyn gwyrdd gwynt haf haul
heulwen hedydd llew llinos mai mawr medi non nos rhosyn rhyd seren tes
"""

ORDINARY = frozenset(_WORDS.split())
