-- Rows are months in which what is open is not what was open, and what came or was opened again, less what was solved.
with months as (
    select
        month,
        sum(open_count) as open_count,
        sum(created_count + reopenings_count - solutions_count) as change_count
    from {{ ref("ticket_month") }}
    group by month
),

running as (
    select month, open_count, sum(change_count) over (order by month) as expected_count from months
)

select month, open_count, expected_count from running
where open_count <> expected_count
