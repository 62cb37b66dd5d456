"""Every table there is, in the order of the page and of a workbook's sheets."""

from collections.abc import Mapping

from concours.exports.rules import Topic
from concours.exports.tables.entries import ENTRIES, LAUREATES
from concours.exports.tables.event import ATTENDANCE, NEEDS, REGISTRATIONS
from concours.exports.tables.jurors import PROGRESS, RANKING
from concours.exports.tables.people import COMMUNITY, MAIL
from concours.exports.tables.source import Source

SOURCES: Mapping[Topic, Source] = {
    Topic.LAUREATES: LAUREATES,
    Topic.ENTRIES: ENTRIES,
    Topic.PROGRESS: PROGRESS,
    Topic.RANKING: RANKING,
    Topic.REGISTRATIONS: REGISTRATIONS,
    Topic.ATTENDANCE: ATTENDANCE,
    Topic.NEEDS: NEEDS,
    Topic.COMMUNITY: COMMUNITY,
    Topic.MAIL: MAIL,
}
