"""The preview while drafting: what a draft would do to all leads, in milliseconds.

questions    what a column asks of the database, and the name it is kept under
columns      its answer: which leads meet a criterion, and how their occurrences count
arithmetic   a document over its columns: who qualifies, the grades, what each clause changes
snapshots    where columns are kept, and until when they are true
building     making a snapshot: in a request where leads are few, else by a worker
looks        a draft and the version in force over one snapshot; what is lacking asked for or owed
numbers      the numbers beside a draft, for the page
lists        the leads behind each of these numbers
"""
