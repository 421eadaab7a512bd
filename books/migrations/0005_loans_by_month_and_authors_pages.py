import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('books', '0004_search_present'),
    ]

    operations = [
        migrations.AddField(
            model_name='author',
            name='version',
            field=models.PositiveIntegerField(default=1, editable=False, verbose_name='version'),
        ),
        migrations.AlterField(
            model_name='author',
            name='goodreads_url',
            field=models.URLField(blank=True, default='', validators=[django.core.validators.RegexValidator('^https://www\\.goodreads\\.com/\\S+\\Z', 'Only links that begin with https://www.goodreads.com/')], verbose_name='Goodreads link'),
        ),
        migrations.CreateModel(
            name='MonthlyLoans',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('month', models.DateField(help_text='its first day', verbose_name='month')),
                ('loans', models.PositiveIntegerField(default=0, verbose_name='loans')),
                ('book', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='monthly_loans', to='books.book', verbose_name='book')),
            ],
            options={
                'verbose_name': 'loans in a month',
                'verbose_name_plural': 'loans by month',
                'constraints': [models.UniqueConstraint(fields=('book', 'month'), name='monthly_loans_once_per_book_and_month'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='monthly_loans_month_is_its_first_day')],
            },
        ),
    ]
