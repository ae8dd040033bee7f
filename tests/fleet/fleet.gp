# SPDX-License-Identifier: MIT
# What make fleet draws: requests in each minute, for some of the fleets.
set terminal svg size 900,620 font 'sans,13' background '#ffffff'
set multiplot layout 2,1
set grid ytics lc rgb '#d8dee4'
set border 3 lc rgb '#57606a'
set tics nomirror out
set yrange [0:3]
set ytics 1
set ylabel "requests in a minute,\ntimes the mean"
set key top right horizontal samplen 2

ours = '#1f77b4'
other = '#d9822b'

set label 1 'the start: 51 times' at 0.1,2.75
set title 'Tokens of an hour: 100,000 machines, all started in the first minute'
set xrange [0:12]
set xtics 1
set xlabel 'hours'
plot folder.'/hour.minutes' with lines lc rgb ours title 'a call every 30 seconds', \
     folder.'/hour-bursts.minutes' with lines lc rgb other title 'calls in bursts'

set title 'The same, when the authority cannot be reached for half an hour'
set xrange [11:17]
set xtics 1
set label 1 'the first minute: 31 times' at 12.56,2.75
set object rectangle from 12,0 to 12.5,3 fc rgb '#eeeeee' fs solid noborder behind
plot folder.'/hour-outage.minutes' with lines lc rgb ours title 'a call every 30 seconds'
